"""Ending a process and its group, and reaping it."""

import os
import signal
import time
from contextlib import suppress

PATIENCE = 60.0  # seconds for a child to start, or to be reaped once it has been killed


def kill(pid: int, group: bool = False) -> None:
    """SIGKILL to a process or its group, if it is there. Nothing else sends a signal to a pid.

    Raises ValueError below 2: to the kernel, 0 and -1 are whole sets of processes.
    """
    if pid < 2:
        raise ValueError(f"{pid} is not the pid of a child")
    with suppress(ProcessLookupError, PermissionError):  # it has ended, or has no group yet
        (os.killpg if group else os.kill)(pid, signal.SIGKILL)


def kill_whole(pid: int) -> None:
    """A child and all that it started, as far as it is in the child's process group."""
    kill(pid, group=True)
    kill(pid)


def reap(pid: int, patience: float = PATIENCE) -> int | None:
    """The exit code of a child of this very process; None if it did not end in time."""
    deadline, pause = time.monotonic() + patience, 0.0005
    while True:
        try:
            ended, status = os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:  # reaped already, by whoever
            return None
        if ended:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > deadline:
            return None
        time.sleep(pause)
        pause = min(2 * pause, 0.05)
