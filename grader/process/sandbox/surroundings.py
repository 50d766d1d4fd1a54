"""What a child would inherit: a terminal, the environment, open descriptors."""

import ctypes
import os
import sys
from functools import cache
from pathlib import Path
from typing import Any

from grader.process.sandbox.kernel import Unavailable, libc
from grader.process.sandbox.plan import DESCRIPTORS, Plan


def one_thread(plan: Plan) -> None:
    """Most layers are a thread's own: one that ran before would be outside them."""
    libc()
    threads = len(os.listdir("/proc/self/task"))  # noqa: PTH208  pathlib takes ten times as long
    if threads > 1:
        raise Unavailable(f"the process has {threads} threads already.")


def own_session(plan: Plan) -> None:
    """A process group of its own, so that it is ended whole; no terminal."""
    if os.getsid(0) != os.getpid():
        os.setsid()


def check_own_session(plan: Plan) -> str | None:
    return None if os.getpgrp() == os.getpid() else "it is in another's group"


def empty_environment(plan: Plan | None = None) -> None:
    """Empty it for Python and for C, and overwrite where the kernel put it at the start."""
    import posix

    os.environ.clear()
    inherited: dict[Any, Any] = posix.environ  # what os.environ was made of
    inherited.clear()
    if sys.platform == "linux":
        libc().clearenv()
        _overwrite_initial()


@cache
def _overwrite_initial() -> None:
    """On the stack, at the addresses in fields 50 and 51 of /proc/self/stat, proc(5). Once: what
    is forked from this process has the stack that it has."""
    fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    start, end = int(fields[47]), int(fields[48])  # the first two stand before the bracket
    ctypes.memset(start, 0, end - start)


def check_environment(plan: Plan) -> str | None:
    import posix

    return "something is left" if os.environ or posix.environ else None


def close_descriptors(plan: Plan) -> None:
    os.closerange(plan.keep, os.sysconf("SC_OPEN_MAX"))


def check_descriptors(plan: Plan) -> str | None:
    for descriptor in range(plan.keep, DESCRIPTORS):
        try:
            os.fstat(descriptor)
        except OSError:
            continue
        return f"descriptor {descriptor} is open"
    return None
