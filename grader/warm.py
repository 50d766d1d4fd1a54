"""The warm process: torch loaded and nothing else, forked once, forking a child per attempt.

It is forked before the grader works out any value, so neither it nor its children ever
hold a reference gradient. Where forking a process with torch in it is unsafe (macOS) or
impossible, each child is a fresh interpreter instead.
"""

import os
import signal
import socket
import struct
import subprocess
import sys
from contextlib import suppress
from typing import NoReturn, Protocol

from grader.errors import GraderFailure

FORK, REAP = b"F", b"R"
NUMBER = struct.Struct("<q")


PATIENCE = 60.0  # seconds for the warm process to fork, or to collect a child that was killed


class Nursery(Protocol):
    """Starts children and collects them."""

    start_up: float  # seconds a child may take before it can read

    def start(self, requests: int, replies: int, output: int) -> int:
        """Start a child reading, answering and printing on these descriptors; its pid.

        Raises GraderFailure where none can be started.
        """

    def reap(self, pid: int) -> int:
        """Wait for a child to end; its exit code, negative for a signal.

        A child that nobody can collect any more counts as killed.
        """

    def close(self) -> None:
        """Let go of everything."""


def open_nursery(fork: bool = sys.platform == "linux") -> Nursery:
    return WarmProcess() if fork else FreshInterpreters()


class WarmProcess:
    """The fork server. Make one after importing torch, before working out anything."""

    start_up = 0.0

    def __init__(self) -> None:
        here, there = socket.socketpair()
        sys.stdout.flush()
        sys.stderr.flush()
        self._pid = os.fork()
        if self._pid == 0:
            here.close()
            _serve(there)
        there.close()
        here.settimeout(PATIENCE)
        self._control = here

    def start(self, requests: int, replies: int, output: int) -> int:
        try:
            socket.send_fds(self._control, [FORK], [requests, replies, output])
            return self._number()
        except OSError as error:
            raise GraderFailure(
                f"The process that starts each attempt does not answer ({error}); "
                "a submission may have ended it."
            ) from None

    def reap(self, pid: int) -> int:
        try:
            self._control.sendall(REAP + NUMBER.pack(pid))
            return self._number()
        except OSError:  # the child has ended its own parent
            return -signal.SIGKILL

    def close(self) -> None:
        self._control.close()
        with suppress(ProcessLookupError):  # it may be stopped, and hear of nothing else
            os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)

    def _number(self) -> int:
        answer = self._control.recv(NUMBER.size, socket.MSG_WAITALL)
        if len(answer) < NUMBER.size:
            raise OSError("the warm process ended")
        number: int = NUMBER.unpack(answer)[0]
        return number


def _serve(control: socket.socket) -> NoReturn:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the grader's to answer
    while True:
        command, descriptors, _, _ = socket.recv_fds(control, 1, 3)
        if command == FORK:
            pid = os.fork()
            if pid == 0:
                control.close()
                run_child(*descriptors)
            for descriptor in descriptors:
                os.close(descriptor)
            control.sendall(NUMBER.pack(pid))
        elif command == REAP:
            (pid,) = NUMBER.unpack(control.recv(NUMBER.size, socket.MSG_WAITALL))
            _, status = os.waitpid(pid, 0)
            control.sendall(NUMBER.pack(os.waitstatus_to_exitcode(status)))
        else:  # the grader closed its end
            os._exit(0)


def run_child(requests: int, replies: int, output: int) -> NoReturn:
    """Become the child of one attempt: own process group, own output, no terminal."""
    os.setsid()
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(source, target)
    sys.stdin, sys.stdout, sys.stderr = (
        open(target, mode, buffering=1, errors="backslashreplace", closefd=False)
        for target, mode in ((0, "r"), (1, "w"), (2, "w"))
    )
    for name in ("stdin", "stdout", "stderr"):  # what is written to the originals is shown too
        setattr(sys, f"__{name}__", getattr(sys, name))
    status = 1
    try:
        from grader.child import serve

        serve(requests, replies)
        status = 0
    except BrokenPipeError:  # the grader has given up on this attempt
        status = 0
    finally:
        os._exit(status)


class FreshInterpreters:
    """A new Python for each child: one more import of torch each, for systems without fork."""

    start_up = 60.0  # torch is loaded anew

    def __init__(self) -> None:
        self._running: dict[int, subprocess.Popen[bytes]] = {}

    def start(self, requests: int, replies: int, output: int) -> int:
        descriptors = (requests, replies, output)
        child = subprocess.Popen(
            [sys.executable, "-m", "grader.warm", *map(str, descriptors)], pass_fds=descriptors
        )
        self._running[child.pid] = child
        return child.pid

    def reap(self, pid: int) -> int:
        return self._running.pop(pid).wait()

    def close(self) -> None:
        for pid in list(self._running):
            self.reap(pid)


if __name__ == "__main__":
    run_child(*map(int, sys.argv[1:4]))
