"""A process that has torch and nothing else, and forks those that grade a class: one import of
torch for all of them.

Each of them begins as it would as an interpreter of its own, from nothing. Both ends are here.
Importing this imports no torch. Linux only: elsewhere a process with torch in it is not forked.
"""

import importlib
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO, Any, NoReturn, Self

from grader.process.clean_start import bare_environment, choose_kernels, load_torch

PATIENCE = 60.0  # seconds for it to load torch, or to fork
LONGEST = 200  # bytes of a module's name


class TorchProcess:
    """The end that asks: a context manager. Any thread may ask."""

    def __init__(self) -> None:
        self._control, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control.settimeout(PATIENCE)
        self._asking = threading.Lock()
        with there:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", __name__, str(there.fileno())],
                env=choose_kernels(bare_environment(), native=False),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[there.fileno()],
                start_new_session=True,  # Ctrl-C is answered by whoever asks
            )

    def start(self, module: str, stderr: IO[bytes], cwd: Path) -> "Forked":
        """A process that runs this module's `main`. Raises OSError.

        After a request that got no answer none is started any more: the answer may still come,
        and a later request would take it for its own.
        """
        with ExitStack() as theirs, ExitStack() as ours:
            folder = os.open(cwd, os.O_RDONLY | os.O_DIRECTORY)
            theirs.callback(os.close, folder)
            asked, asks = os.pipe()
            theirs.callback(os.close, asked)
            ours.callback(os.close, asks)
            answered, answers = os.pipe()
            theirs.callback(os.close, answers)
            ours.callback(os.close, answered)
            with self._asking:
                pidfd = self._ask(module, (asked, answers, stderr.fileno(), folder))
            ours.pop_all()
        return Forked(os.fdopen(asks, "wb"), os.fdopen(answered, "rb"), pidfd)

    def _ask(self, module: str, descriptors: Sequence[int]) -> int:
        """The pidfd of what it has forked."""
        try:
            socket.send_fds(self._control, [module.encode()], descriptors)
            _, came, _, _ = socket.recv_fds(self._control, 1, 1)
            if not came:
                raise ConnectionResetError("the process that others are forked from has ended")
        except BaseException:
            self._control.close()
            raise
        return came[0]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """What it has forked goes on. Whoever waits for its answer gets OSError at once."""
        self._process.kill()
        self._process.wait()
        with self._asking:
            self._control.close()


class Forked:
    """A process that another one has forked, used like a subprocess.Popen. Its exit code is not
    known: only the one that forked it is told."""

    returncode = None

    def __init__(self, stdin: IO[bytes], stdout: IO[bytes], pidfd: int) -> None:
        self.stdin, self.stdout = stdin, stdout
        self._pidfd: int | None = pidfd  # None once it has ended
        self._closing = threading.Lock()  # `kill` comes from another thread than `wait`

    def wait(self, timeout: float | None = None) -> None:
        """Raises subprocess.TimeoutExpired."""
        if self._pidfd is None:
            return
        ended = select.poll()  # select.select takes no descriptor above 1023
        ended.register(self._pidfd, select.POLLIN)
        if not ended.poll(None if timeout is None else 1000 * timeout):
            raise subprocess.TimeoutExpired("a forked process", timeout or 0.0)
        with self._closing:
            os.close(self._pidfd)
            self._pidfd = None

    def kill(self) -> None:
        with self._closing, suppress(ProcessLookupError):
            if self._pidfd is not None:
                signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)


def serve(control: socket.socket) -> None:
    """The other end: until the one that asks is closed, or has died, or no more can be forked."""
    load_torch()
    with control, suppress(OSError):
        while _serve_one(control):
            pass
    with suppress(ChildProcessError):
        while True:
            os.wait()


def _serve_one(control: socket.socket) -> bool:
    """Whether there was one more to fork. Raises OSError."""
    signal.signal(signal.SIGCHLD, _reap)
    _reap()
    module, descriptors, _, _ = socket.recv_fds(control, LONGEST, 4)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # none is reaped before it has been named
    if not module:
        return False
    pid = os.fork()
    if pid == 0:
        control.close()
        _become(module.decode(), descriptors)
    ended = os.pidfd_open(pid)
    for descriptor in descriptors:
        os.close(descriptor)
    try:
        socket.send_fds(control, [b"."], [ended])
    finally:
        os.close(ended)
    return True


def _reap(*_: object) -> None:
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _become(module: str, descriptors: Sequence[int]) -> NoReturn:
    """As an interpreter that is started with these streams, in this folder."""
    status: Any = 1
    try:
        os.setsid()
        os.fchdir(descriptors[3])
        for target, descriptor in enumerate(descriptors[:3]):
            os.dup2(descriptor, target)
        for descriptor in descriptors:
            os.close(descriptor)
        importlib.import_module(module).main()
        status = 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        with suppress(OSError):
            sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    sys.argv[1:], (number,) = [], sys.argv[1:]
    serve(socket.socket(fileno=int(number)))
