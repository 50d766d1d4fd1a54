"""Which processes a test has left behind, its orphans and theirs among them."""

import ctypes
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.proc import parents

PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans() -> None:
    """From here on a process whose parent has ended becomes a child of this one."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def descendants() -> list[int]:
    """Of this process, living or not yet reaped."""
    known, found, ours = parents(), list[int](), {os.getpid()}
    while ours:
        ours = {pid for pid, parent in known.items() if parent in ours}
        found += sorted(ours)
    return found


@contextmanager
def nothing_left_behind(seconds: float = 2.0) -> Iterator[None]:
    """Fails where a process that was started inside has not ended within `seconds`."""
    adopt_orphans()
    before = set(descendants())
    yield
    deadline = time.monotonic() + seconds
    while left := [pid for pid in descendants() if pid not in before]:
        for pid in left:
            with suppress(ChildProcessError):  # a grandchild's parent is to reap it
                os.waitpid(pid, os.WNOHANG)
        if time.monotonic() > deadline:
            said = [f"{pid} ({command_of(pid)})" for pid in left]
            for pid in left:
                os.kill(pid, 9)
            raise AssertionError(f"processes were left behind: {', '.join(said)}")
        time.sleep(0.01)


def command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ").strip()
    except OSError:
        return "ended"
