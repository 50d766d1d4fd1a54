"""The warm process: torch loaded and nothing else, forked once, forking a child per attempt.

It is forked before the grader works out any value, so neither it nor its children ever
hold a reference gradient; it forgets the environment and the judge besides. A child takes
on the sandbox's layers before it is sent a submission, and says which of them hold. Where
forking a process with torch in it is unsafe (macOS) or impossible, each child is a fresh
interpreter instead.
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
from grader.process.bootstrap import run_child, settle, told
from grader.process.sandbox.kernel import Unavailable
from grader.process.sandbox.layers import Outcome
from grader.process.sandbox.privileges import close_memory

FORK, REAP = b"F", b"R"
NUMBER = struct.Struct("<q")


PATIENCE = 60.0  # seconds for the warm process to fork, or to collect a child that was killed


class Nursery(Protocol):
    """Starts children and collects them."""

    start_up: float  # seconds a child may take before it can read
    layers: tuple[Outcome, ...]  # of the child started last: what it took on of the sandbox
    insist: bool  # start no child without every required layer

    def start(self, requests: int, replies: int, output: int, cpu: int) -> int:
        """Start a child reading, answering and printing on these descriptors; its pid.

        `cpu` is the processor time it may use, in seconds. Raises GraderFailure where none
        can be started.
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
        self.layers: tuple[Outcome, ...] = ()
        self.insist = False
        with suppress(OSError, Unavailable):
            close_memory()  # and with it the warm process's
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

    def start(self, requests: int, replies: int, output: int, cpu: int) -> int:
        reader, ready = os.pipe()
        try:
            try:
                socket.send_fds(self._control, [FORK], [requests, replies, output, ready])
            finally:
                os.close(ready)
            self._control.sendall(NUMBER.pack(cpu))
            pid = self._number()
            self.layers = told(reader, self.insist)
        except OSError as error:
            raise GraderFailure(
                f"The process that starts each attempt does not answer ({error}); "
                "a submission may have ended it."
            ) from None
        finally:
            os.close(reader)
        return pid

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
    settle()
    while True:
        command, descriptors, _, _ = socket.recv_fds(control, 1, 4)
        if command == FORK:
            (cpu,) = NUMBER.unpack(control.recv(NUMBER.size, socket.MSG_WAITALL))
            parent = os.getpid()
            pid = os.fork()
            if pid == 0:
                control.close()
                requests, replies, output, ready = descriptors
                run_child(requests, replies, output, ready, cpu, parent)
            for descriptor in descriptors:
                os.close(descriptor)
            control.sendall(NUMBER.pack(pid))
        elif command == REAP:
            (pid,) = NUMBER.unpack(control.recv(NUMBER.size, socket.MSG_WAITALL))
            _, status = os.waitpid(pid, 0)
            control.sendall(NUMBER.pack(os.waitstatus_to_exitcode(status)))
        else:  # the grader closed its end
            os._exit(0)


class FreshInterpreters:
    """A new Python for each child: one more import of torch each, for systems without fork."""

    start_up = 60.0  # torch is loaded anew

    def __init__(self) -> None:
        self.layers: tuple[Outcome, ...] = ()
        self.insist = False
        self._running: dict[int, subprocess.Popen[bytes]] = {}

    def start(self, requests: int, replies: int, output: int, cpu: int) -> int:
        reader, ready = os.pipe()
        descriptors = (requests, replies, output, ready)
        numbers = map(str, (*descriptors, cpu, os.getpid()))
        one_thread = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        child = subprocess.Popen(
            [sys.executable, "-P", "-m", "grader.process.bootstrap", *numbers],
            pass_fds=descriptors,
            env={**os.environ, **one_thread},
        )
        os.close(ready)
        self._running[child.pid] = child
        try:
            self.layers = told(reader, self.insist)
        finally:
            os.close(reader)
        return child.pid

    def reap(self, pid: int) -> int:
        return self._running.pop(pid).wait()

    def close(self) -> None:
        for pid in list(self._running):
            self.reap(pid)
