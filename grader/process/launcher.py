"""The launcher: starts one sandboxed child per attempt, ends it and reaps it.

On Linux a warm process does it: torch loaded and nothing else, forking a child per attempt. The
command makes it before it has read a word of the call (clean_start.py); a program that grades,
and whoever has to replace one that died or went silent, starts a new interpreter for it. So
neither it nor its children ever hold what the grader knows. A child takes on the sandbox's
layers before it is sent a submission, and reports which of them hold. Where forking a process
with torch in it is unsafe (macOS), each child is a new interpreter.
"""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from typing import Protocol

from grader.errors import GraderFailure
from grader.process.bootstrap import read_sandbox_report
from grader.process.clean_start import AT_START, bare_environment, choose_kernels
from grader.process.sandbox.kernel import Unavailable
from grader.process.sandbox.layers import Outcome
from grader.process.sandbox.privileges import close_memory
from grader.process.signals import PATIENCE, kill, kill_whole, reap
from grader.process.warm_process import ANSWER, END, REQUEST, START, START_WALLED, serve_launches

# Entered while a call takes long: of the submission's path, and the seconds that it may take.
Waiting = Callable[[str, float], AbstractContextManager[None]]


def silently(path: str, seconds: float) -> AbstractContextManager[None]:
    """Nobody is told what is waited for."""
    return nullcontext()


class ChildLauncher(Protocol):
    """Starts one sandboxed process per attempt and reaps it."""

    layers: tuple[Outcome, ...]  # of the child started last: what it took on of the sandbox
    require_all: bool  # start no child without every required layer
    walled: bool  # whether what it starts is made for other people's code: child/derivative_wall.py
    memory_closed: bool  # whether this process's memory is closed to others
    waiting: Waiting  # what shows that a child is waited for

    def start(self, requests: int, replies: int, output: int, cpu: int) -> int:
        """Start a child reading, answering and printing on these descriptors; its pid.

        `cpu` is the processor time it may use, in seconds. Raises GraderFailure where none
        can be started; then no child is left.
        """

    def end(self, pid: int) -> int:
        """Kill what is left of the child's process group; the child's exit code.

        It is negative for a signal. A child that nobody can reap any more counts as killed.
        """

    def close(self) -> None:
        """End every process of the launcher's."""


def start_launcher(fork: bool = sys.platform == "linux") -> ChildLauncher:
    return WarmProcess() if fork else FreshInterpreters()


class WarmProcess:
    """The fork server."""

    def __init__(self) -> None:
        self.layers: tuple[Outcome, ...] = ()
        self.require_all = False
        self.walled = False
        self.memory_closed = False
        self.waiting: Waiting = silently
        with suppress(OSError, Unavailable):
            close_memory()
            self.memory_closed = True
        self._server: _ForkServer | None = _prepared.pop() if _prepared else new_warm_process()

    @property
    def pid(self) -> int | None:
        """Of the warm process; None while there is none."""
        return None if self._server is None else self._server.pid

    def start(self, requests: int, replies: int, output: int, cpu: int) -> int:
        try:
            try:
                return self._start(requests, replies, output, cpu)
            except ConnectionError:  # the warm process had died: killed, by whoever
                return self._start(requests, replies, output, cpu)
        except OSError as error:
            raise GraderFailure(f"No process for an attempt can be started ({error}).") from None

    def _start(self, *descriptors_and_cpu: int) -> int:
        """Raises OSError, GraderFailure."""
        *descriptors, cpu = descriptors_and_cpu
        reader, ready = os.pipe()
        pid = None
        try:
            try:
                command = START_WALLED if self.walled else START
                pid = self._ask(command, cpu, [*descriptors, ready])
            finally:
                os.close(ready)
            if pid < 2:
                raise OSError(-pid, os.strerror(-pid))
            self.layers = read_sandbox_report(reader, self.require_all, PATIENCE)
        except BaseException:
            if pid is not None and pid >= 2:
                self.end(pid)
            raise
        finally:
            os.close(reader)
        return pid

    def end(self, pid: int) -> int:
        if self._server is None:  # and the kernel ended the child with the warm process
            return -signal.SIGKILL
        try:
            return self._ask(END, pid)
        except OSError:
            return -signal.SIGKILL

    def close(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.kill()

    def _ask(self, command: bytes, number: int, descriptors: list[int] | None = None) -> int:
        """Raises OSError; after that, and after a Ctrl-C, the warm process is gone.

        One that did not answer may answer late: nothing it says is heard any more.
        """
        if self._server is None:
            self._server = _new_interpreter()
        try:
            return self._server.ask(command, number, descriptors or [])
        except BaseException:
            self.close()
            raise


@dataclass
class _ForkServer:
    """The grader's end of a warm process."""

    pid: int
    control: socket.socket
    serial: int = 0

    def ask(self, command: bytes, number: int, descriptors: list[int]) -> int:
        """Raises OSError for no answer in time (TimeoutError), an end (ConnectionError), or
        the answer to another request."""
        self.serial += 1
        request = REQUEST.pack(command, self.serial, number)
        socket.send_fds(self.control, [request], descriptors)
        answer = self.control.recv(ANSWER.size)
        if not answer:
            raise ConnectionResetError("the process that starts each attempt has ended")
        serial, result = ANSWER.unpack(answer)
        if serial != self.serial:
            raise OSError(f"answer {serial} to request {self.serial}")
        return int(result)

    def kill(self) -> None:
        """And with it, by the kernel, every child it has."""
        self.control.close()
        kill(self.pid)
        reap(self.pid)


def _control_sockets() -> tuple[socket.socket, socket.socket]:
    here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)  # whole messages
    here.settimeout(PATIENCE)
    return here, there


_prepared: list[_ForkServer] = []  # at most one: the command's, for the first that asks


def prepare(*closed: int) -> None:
    """Make the warm process by a fork of this one, which must not have been told anything yet.

    `closed`: descriptors that it is not to have.
    """
    with suppress(OSError, Unavailable):
        close_memory()  # and with it the warm process's
    _prepared.append(forked(*closed))


def forked(*closed: int) -> _ForkServer:
    here, there = _control_sockets()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        here.close()
        for descriptor in closed:
            os.close(descriptor)
        serve_launches(there)
    there.close()
    return _ForkServer(pid, here)


def _new_interpreter() -> _ForkServer:
    """Never forked from here: see the module's docstring."""
    here, there = _control_sockets()
    there.set_inheritable(True)
    command = [sys.executable, "-P", "-m", "grader.process.warm_process", str(there.fileno())]
    try:
        pid = os.posix_spawn(sys.executable, command, _environment())
    except BaseException:
        here.close()
        raise
    finally:
        there.close()
    return _ForkServer(pid, here)


def _environment() -> dict[str, str]:
    """With torch's kernels as they are here: chosen when it was loaded."""
    kernels = os.environ.get("ATEN_CPU_CAPABILITY")
    found = choose_kernels(bare_environment(), native=True)
    return found if kernels is None else found | {"ATEN_CPU_CAPABILITY": kernels}


new_warm_process = _new_interpreter  # the tests' is a fork of theirs: it has torch already


class FreshInterpreters:
    """A new Python for each child: one more import of torch each, for systems without fork."""

    memory_closed = False

    def __init__(self) -> None:
        self.layers: tuple[Outcome, ...] = ()
        self.require_all = False
        self.walled = False
        self.waiting: Waiting = silently
        self._running: dict[int, subprocess.Popen[bytes]] = {}

    def start(self, requests: int, replies: int, output: int, cpu: int) -> int:
        reader, ready = os.pipe()
        descriptors = (requests, replies, output, ready)
        numbers = map(str, (*descriptors, cpu, os.getpid()))
        one_thread = AT_START | {"OMP_NUM_THREADS": "1"}
        child = None
        try:
            try:
                child = subprocess.Popen(
                    [sys.executable, "-P", "-m", "grader.process.bootstrap", *numbers],
                    pass_fds=descriptors,
                    env={**os.environ, **one_thread},
                )
            finally:
                os.close(ready)
            self._running[child.pid] = child
            self.layers = read_sandbox_report(reader, self.require_all, PATIENCE)
        except BaseException:
            if child is not None:
                self.end(child.pid)
            raise
        finally:
            os.close(reader)
        return child.pid

    def end(self, pid: int) -> int:
        child = self._running.pop(pid)
        kill_whole(pid)  # it is not reaped yet: the pid is nobody else's
        try:
            return child.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            return -signal.SIGKILL

    def close(self) -> None:
        for pid in list(self._running):
            self.end(pid)
