"""Resource limits: memory, processor time, file size, open files, processes, core dumps."""

import sys
from pathlib import Path

from grader.process.sandbox.kernel import Unavailable
from grader.process.sandbox.plan import DESCRIPTORS, FILE, MEMORY, Plan


def limit_resources(plan: Plan) -> None:
    """Set every limit, soft and hard. Raises Unavailable or OSError where one cannot be."""
    try:
        import resource
    except ImportError:
        raise Unavailable(f"{sys.platform} has no resource limits.") from None
    limits = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: FILE,
        resource.RLIMIT_NOFILE: DESCRIPTORS,
        resource.RLIMIT_NPROC: 1,  # not heeded for root; seccomp refuses new processes
        resource.RLIMIT_AS: address_space() + MEMORY,
    }
    for limit, value in limits.items():
        _, hard = resource.getrlimit(limit)
        if hard != resource.RLIM_INFINITY:
            value = min(value, hard)
        resource.setrlimit(limit, (value, value))
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    cpu = plan.cpu if hard == resource.RLIM_INFINITY else min(plan.cpu, hard - 1)
    # SIGXCPU says what happened; a second later SIGKILL comes to one that will not hear.
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 1))


def address_space() -> int:
    """Bytes that this process has mapped. Raises Unavailable where the kernel does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
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
