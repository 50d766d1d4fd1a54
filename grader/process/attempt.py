"""One attempt: a child running one submission, asked for its gradients again and again.

Every wait has a deadline, every read a cap. Whatever goes wrong ends the attempt with an
Ended, a plain record of what happened; the learner's process cannot raise anything here.
"""

import fcntl
import os
import selectors
import signal
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field

from grader.errors import printable
from grader.process.launcher import ChildLauncher
from grader.process.sandbox.layers import Outcome, missing
from grader.protocol.frames import LENGTH, BadMessage, unpack
from grader.protocol.messages import Answer, Ended, Request, Setup, read_answer

GRACE = 2.0  # seconds beyond the child's own alarm before it is killed
AFTER_TIMEOUT = 3.0  # seconds for all further calls together, once one has been out of time
SILENT = 1.0  # seconds of a call before the launcher is told that it is waited for
REPLY_CAP = 64 * 2**20
REPLIES_CAP = 4 * REPLY_CAP  # of a graded attempt: most are kept until it has been judged
OUTPUT_CAP = 20_000
PRINT_CAP = 16 * 2**20  # bytes; what prints more in one attempt is ended
PIPE_SIZE = 2**20
DRAIN = 16  # pieces read at the end: a full pipe and more, yet not for as long as it prints


def _widen(pipe: int) -> None:
    """Room for a whole frame, so that it does not take thirty turns: where the system lets it."""
    with suppress(OSError, AttributeError):
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE_SIZE)


@dataclass(frozen=True)
class ClosedRun:
    """Of an attempt whose child is gone; only an Attempt makes one.

    Whoever has one may work out references: no child is there to look for them.
    """

    output: str  # what the learner's code printed in its first call, as far as the cap goes
    sandbox: tuple[Outcome, ...]  # what the child took on of it
    memory_closed: bool  # no child can read the grader's memory, a later one included


@dataclass
class Attempt:
    """Use as a context manager: on leaving, the child and its group are gone.

    One time-out is enough. What is asked after it tells which lines before an endless loop are
    right; the child gives each such call a short time (child/serve.py), and here all of them
    together have AFTER_TIMEOUT: then the attempt has ended.
    """

    launcher: ChildLauncher
    setup: Setup
    timeout: float = field(init=False)  # seconds for one call, from now on
    cpu: int = 86_400  # seconds of processor time for all calls together
    clock: float = float("inf")  # seconds for all of them by the clock, from the first on
    room: float = float("inf")  # bytes of all answers together
    ended: Ended | None = None
    _pid: int = 0
    _printed: bytearray = field(default_factory=bytearray)
    _lost: int = 0  # bytes printed over the cap
    _started: bool = False
    _closed: bool = False
    # When the attempt ends: by its clock, and earlier once a call has been out of time.
    _last: float = float("inf")
    _slow: bool = False  # whether one call has been

    def __post_init__(self) -> None:
        self.timeout = self.setup.timeout

    def __enter__(self) -> "Attempt":
        self._first = self.setup.pack()
        child_reads, self._requests = os.pipe()
        self._replies, child_writes = os.pipe()
        self._prints, child_prints = os.pipe()
        theirs = (child_reads, child_writes, child_prints)
        ours = (self._requests, self._replies, self._prints)
        for descriptor in ours:
            os.set_blocking(descriptor, False)
        for descriptor in ours[:2]:
            _widen(descriptor)
        try:
            self._pid = self.launcher.start(*theirs, self.cpu)
        except BaseException:
            for descriptor in ours:
                os.close(descriptor)
            raise
        finally:
            for descriptor in theirs:
                os.close(descriptor)
        self._started = True
        return self

    def ask(self, request: Request) -> Answer | Ended:
        """The child's answer to one call. After an Ended every further call gives the same."""
        if not self._first and self.ended is None:
            self.ended = self._unasked()
        if self.ended is not None:
            return self.ended
        frame = self._first + request.frame
        if self._first:
            self._first, self._last = b"", time.monotonic() + self.clock
        reply = self._exchange(frame, min(time.monotonic() + self.timeout + GRACE, self._last))
        answer = self._read(reply) if isinstance(reply, bytes) else reply
        if isinstance(answer, Ended):
            self.ended = answer
            return answer
        if answer.out_of_time:
            self._slow, self._last = True, min(self._last, time.monotonic() + AFTER_TIMEOUT)
        return answer.in_shapes_of(request.values, self.setup.rows)

    def _read(self, reply: bytes) -> Answer | Ended:
        try:
            return read_answer(unpack(reply), self.setup.rows, self.setup.lines)
        except BadMessage as error:
            return Ended("garbled", printable(str(error), 300))

    def _unasked(self) -> Ended | None:
        """What a child that was not asked anything has to say: nothing, or it is at fault."""
        try:
            early = os.read(self._replies, 1)
        except BlockingIOError:
            return None
        if not early:
            return self._how_it_ended()
        return Ended("garbled", "an answer that nobody asked for")

    def _exchange(self, frame: bytes, deadline: float) -> bytes | Ended:
        """Write the whole frame, read one frame back, collecting prints all the while."""
        unsent, pieces, needed, sized = memoryview(frame), list[bytes](), LENGTH.size, False
        tell_at = time.monotonic() + SILENT
        with selectors.DefaultSelector() as selector, ExitStack() as shown:
            selector.register(self._requests, selectors.EVENT_WRITE)
            selector.register(self._replies, selectors.EVENT_READ)
            selector.register(self._prints, selectors.EVENT_READ)
            while needed or not sized:
                ready = selector.select(max(0.0, min(deadline, tell_at) - time.monotonic()))
                now = time.monotonic()
                if now >= deadline:
                    return Ended("timeout", self._too_slow(deadline))
                if now >= tell_at:
                    tell_at = deadline
                    shown.enter_context(self.launcher.waiting(self.setup.path, self.timeout))
                for key, _ in ready:
                    if key.fd == self._requests:
                        unsent = self._send(unsent)
                        if not unsent:
                            selector.unregister(self._requests)
                    elif key.fd == self._prints:
                        if not self._collect_prints():
                            selector.unregister(self._prints)
                        elif self._lost > PRINT_CAP:
                            return Ended("flooded", f"{PRINT_CAP // 2**20} MiB")
                    else:
                        piece = os.read(self._replies, min(2**20, needed))
                        if not piece:
                            return self._how_it_ended()
                        pieces.append(piece)
                        needed -= len(piece)
                if not needed and not sized:
                    (needed,) = LENGTH.unpack(b"".join(pieces))
                    pieces, sized = [], True
                    if needed > REPLY_CAP:
                        return Ended("too_large", f"{needed:,} bytes; at most {REPLY_CAP:,}")
                    self.room -= needed
                    if self.room < 0:
                        return Ended("too_large", f"{REPLIES_CAP:,} bytes or more in all calls")
        self._drain_prints()
        return b"".join(pieces)

    def _too_slow(self, deadline: float) -> str:
        if deadline == self._last and not self._slow:
            return f"all calls together took more than {self.clock:g} s"
        return f"no answer within {self.timeout:g} s"

    def _send(self, unsent: memoryview) -> memoryview:
        try:
            return unsent[os.write(self._requests, unsent) :]
        except BrokenPipeError:  # the reply pipe tells how it ended
            return unsent[:0]

    def _collect_prints(self) -> bool:
        """Read what was printed; False where there is nothing more for now."""
        try:
            piece = os.read(self._prints, 2**16)
        except BlockingIOError:
            return False
        room = OUTPUT_CAP - len(self._printed)
        self._printed += piece[:room]
        self._lost += max(0, len(piece) - room)
        return bool(piece)

    def _drain_prints(self) -> None:
        for _ in range(DRAIN):
            if not self._collect_prints():
                return

    def _how_it_ended(self) -> Ended:
        """Of a child whose end of the reply pipe is closed."""
        code = self._stop()
        if code == -signal.SIGKILL:  # from outside, from itself, or from _stop just now
            return Ended("cut_off", "SIGKILL")
        if code == -signal.SIGXCPU:
            return Ended("cpu", f"{self.cpu} s")
        if code == -signal.SIGSYS:
            return Ended("refused", "SIGSYS")
        if code < 0:
            known = -code in set(signal.Signals)
            return Ended("signal", signal.Signals(-code).name if known else f"signal {-code}")
        return Ended("exited", f"exit code {code}")

    def _stop(self) -> int:
        """End the child if it has not ended; its exit code, negative for a signal."""
        if not self._pid:
            return 0
        pid, self._pid = self._pid, 0
        os.close(self._requests)
        return self.launcher.end(pid)

    def __exit__(self, *_: object) -> None:
        self._stop()
        self._drain_prints()
        os.close(self._replies)
        os.close(self._prints)
        self._closed = True

    def closed(self) -> ClosedRun:
        """After the attempt. Raises RuntimeError while its child may still be there."""
        if self._started and not self._closed:
            raise RuntimeError("the child of this attempt has not been ended")
        text = printable(self._printed.decode("utf-8", errors="backslashreplace"), OUTPUT_CAP)
        output = text + (f"\n[{self._lost:,} more bytes were printed]" if self._lost else "")
        layers = self.launcher.layers if self._started else ()
        closed = self.launcher.memory_closed and bool(layers) and not missing(layers)
        return ClosedRun(output, layers, closed)
