"""Resource limits: memory, processor time, file size, open files, processes, core dumps."""

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from grader.process.sandbox.kernel import Unavailable
from grader.process.sandbox.plan import DESCRIPTORS, FILE, MEMORY, Plan


def prepare() -> None:
    with suppress(ImportError):  # not every platform has it
        import resource  # noqa: F401


def limit_resources(plan: Plan) -> None:
    """Set every limit that this platform has, soft and hard, each by itself.

    Raises Unavailable, naming those that could not be set, once the others are.
    """
    try:
        import resource
    except ImportError:
        raise Unavailable(f"{sys.platform} has no resource limits.") from None
    wanted: dict[str, Callable[[], int]] = {
        "RLIMIT_CORE": lambda: 0,
        "RLIMIT_FSIZE": lambda: FILE,
        "RLIMIT_NOFILE": lambda: DESCRIPTORS,
        "RLIMIT_NPROC": lambda: 1,  # not heeded for root; seccomp refuses new processes
        "RLIMIT_AS": lambda: address_space() + MEMORY,
        "RLIMIT_CPU": lambda: plan.cpu,
    }
    problems = []
    for name, value in wanted.items():
        try:
            _set(resource, name, value())
        except (AttributeError, OSError, ValueError, Unavailable) as error:
            problems.append(f"{name}: {error}")
    if problems:
        raise Unavailable("; ".join(problems))


def _set(resource: Any, name: str, value: int) -> None:
    """Never above the hard limit there is. Raises AttributeError, OSError, ValueError."""
    limit = getattr(resource, name)
    # SIGXCPU says what happened; a second later SIGKILL comes to one that will not hear.
    later = 1 if name == "RLIMIT_CPU" else 0
    _, hard = resource.getrlimit(limit)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard - later)
    resource.setrlimit(limit, (value, value + later))


def address_space() -> int:
    """Bytes that this process has mapped. Raises Unavailable where the kernel does not tell."""
    try:
        file = os.open("/proc/self/statm", os.O_RDONLY)  # pathlib touches ten times the memory
        try:
            pages = int(os.read(file, 100).split()[0])
        finally:
            os.close(file)
    except OSError as error:
        raise Unavailable(f"how much memory is mapped cannot be read ({error}).") from None
    import resource

    return pages * resource.getpagesize()


def check_limits(plan: Plan) -> str | None:
    """Why they do not hold, found out without using up anything."""
    import mmap
    import resource

    try:
        mmap.mmap(-1, 2 * MEMORY).close()
        return "more memory than the limit was granted"
    except OSError:
        pass  # refused, as it should be
    if resource.getrlimit(resource.RLIMIT_FSIZE)[1] > FILE:
        return "the limit of a file's size is not set"
    return None
