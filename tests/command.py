"""The command `grade` in a fork of the test's process, which has torch: an import of it saved.

For tests that read what it says and its exit code. What a start by itself does (torch's kernels,
Python's own variables, a terminal, Ctrl-C) is tested with `python -m grader`.
"""

import faulthandler
import importlib
import os
import stat
import subprocess
import sys
import tempfile
import traceback
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import IO, Any, NoReturn

from grader.process.signals import kill_whole, reap

BROKEN = 70  # the exit code where the command does not end by itself: none of its own
WORKER = "grader.classroom.worker"


def run(
    *words: str | Path,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
    timeout: float = 60.0,
) -> subprocess.CompletedProcess[str]:
    """As subprocess.run; one that does not end in time is ended with its group, and fails."""
    call = ["grade", *map(str, words)]

    def command() -> None:
        from grader.cli import main

        sys.argv[:] = call
        main(prog_name="grade")

    with (
        open(os.devnull, "rb") as nothing,  # noqa: PTH123  a device
        tempfile.TemporaryFile() as out,
        tempfile.TemporaryFile() as err,
    ):
        told = os.environ.copy() | (environment or {})
        pid = _forked(partial(_do, command, (nothing, out, err), cwd, told))
        status = reap(pid, timeout)
        if status is None:
            kill_whole(pid)
            reap(pid)
        said = [_text(file) for file in (out, err)]
    assert status is not None, f"not ended after {timeout:g} s: {call}\n{''.join(said)}"
    assert status != BROKEN, f"{call}\n{''.join(said)}"
    return subprocess.CompletedProcess(call, status, *said)


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode("utf-8")


def _forked(do: Callable[[], NoReturn]) -> int:
    """The pid of the process that does it."""
    import grader.grading
    import grader.render.terminal  # noqa: F401  loaded once, and torch with them

    sys.stdout.flush()
    sys.stderr.flush()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of fork, where there are threads
        pid = os.fork()
    if pid == 0:
        do()
    return pid


def _do(
    what: Callable[[], None],
    streams: Sequence[IO[bytes]],
    cwd: Path | None,
    environment: Mapping[str, str],
) -> NoReturn:
    """In a session of its own; it ends as Python does."""
    status = BROKEN
    try:
        os.setsid()
        faulthandler.disable()  # pytest's, which would write to a descriptor of its own
        for target, stream in enumerate(streams):
            os.dup2(stream.fileno(), target)
        _close_pipes()
        sys.stdin, sys.stdout, sys.stderr = (
            open(at, mode, encoding="utf-8", closefd=False)  # noqa: SIM115
            for at, mode in ((0, "r"), (1, "w"), (2, "w"))
        )
        os.environ.clear()
        os.environ.update(environment)
        if cwd is not None:
            os.chdir(cwd)
        what()
        status = 0
    except SystemExit as end:
        assert isinstance(end.code, int)
        status = end.code
    except BaseException:
        traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(status)


def _close_pipes() -> None:
    """Nobody is to wait in vain for the end of one that this process holds too. A file stays open:
    whoever has its number, a database say, will close it."""
    for number in map(int, os.listdir("/proc/self/fd")):  # noqa: PTH208  numbers, not paths
        with suppress(OSError):  # it was that of the folder itself
            mode = os.fstat(number).st_mode
            if number > 2 and (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)):
                os.close(number)


class ForkedWorker:
    """A class's worker, made in the same way: what GradingProcess uses of subprocess.Popen."""

    def __init__(self, cwd: Path, env: Mapping[str, str], stderr: IO[bytes]) -> None:
        (asked, asks), (answered, answers) = os.pipe(), os.pipe()
        with os.fdopen(asked, "rb") as theirs, os.fdopen(answers, "wb") as to:
            worker = importlib.import_module(WORKER)
            self.pid = _forked(partial(_do, worker.main, (theirs, to, stderr), cwd, env))
        self.stdin, self.stdout = os.fdopen(asks, "wb"), os.fdopen(answered, "rb")
        self.returncode: int | None = None

    def wait(self, timeout: float) -> int:
        if self.returncode is None:
            self.returncode = reap(self.pid, timeout)
        if self.returncode is None:
            raise subprocess.TimeoutExpired(WORKER, timeout)
        return self.returncode

    def kill(self) -> None:
        if self.returncode is None:
            kill_whole(self.pid)


def new_process(command: Sequence[str], **options: Any) -> "ForkedWorker | subprocess.Popen[bytes]":
    """For grader.process.grading_process."""
    if WORKER not in command:
        return subprocess.Popen(command, **options)
    return ForkedWorker(options["cwd"], options["env"], options["stderr"])
