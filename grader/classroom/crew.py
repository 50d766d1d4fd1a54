"""Workers that share the submissions of a class, and what becomes of one that dies.

A thread each waits for its worker's answers; what they say is put into one queue. A worker that
dies or goes silent is replaced, and what it had is asked again.
"""

import json
import queue
import selectors
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, Any, Generic, TypeVar

from grader.classroom.task import Settings, Task
from grader.process.clean_start import bare_environment, choose_kernels

TRIES = 3  # of one submission, each with another worker
PATIENCE = 900.0  # seconds for one answer: an attempt has a clock of its own, which is shorter
ENDING = 5.0  # seconds for a worker to end by itself
LONGEST = 256 * 2**20  # bytes of one answer

T = TypeVar("T")


class Lost(Exception):
    """A worker ended without an answer: why, as far as that is known."""


class Worker:
    """One process; the thread that made it is the only one to ask it."""

    def __init__(self, settings: Settings) -> None:
        self._said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  closed with the process
        self._folder = tempfile.TemporaryDirectory(prefix="handgrad-", ignore_cleanup_errors=True)
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "grader.classroom.worker"],
            cwd=self._folder.name,  # what a report says of a file is its name in the class's folder
            env=choose_kernels(bare_environment(), native=False),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            start_new_session=True,  # Ctrl-C is answered by the command, once
        )
        self._tell(settings.as_json())

    @property
    def pid(self) -> int:
        return self._process.pid

    def ask(self, task: Task) -> dict[str, Any]:
        """Raises Lost; then it is not to be asked again."""
        self._tell(task.as_json())
        answer = bytearray()
        assert self._process.stdout is not None
        deadline, pipe = time.monotonic() + PATIENCE, self._process.stdout.fileno()
        with selectors.DefaultSelector() as selector:
            selector.register(pipe, selectors.EVENT_READ)
            while not answer.endswith(b"\n"):
                if not selector.select(max(0.0, deadline - time.monotonic())):
                    raise Lost(f"no answer within {PATIENCE:g} s")
                piece = self._process.stdout.read1(2**20)  # type: ignore[attr-defined]
                if not piece or len(answer) > LONGEST:
                    raise Lost(self._why())
                answer += piece
        found: dict[str, Any] = json.loads(answer)
        return found

    def _tell(self, facts: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(facts).encode() + b"\n")
            self._process.stdin.flush()
        except OSError:
            raise Lost(self._why()) from None

    def _why(self) -> str:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(1.0)
        self._said.seek(0)
        lines = self._said.read().decode(errors="replace").strip().split("\n")
        return lines[-1][:300] or f"it ended with {self._process.returncode}"

    def kill(self) -> None:
        """It ends at once, with its warm process and whatever that had started."""
        self._process.kill()

    def close(self) -> None:
        for stream in (self._process.stdin, self._process.stdout):
            with suppress(OSError):  # what was still to be written to it
                stream.close()  # type: ignore[union-attr]
        try:
            self._process.wait(ENDING)
        except subprocess.TimeoutExpired:
            self.kill()
            self._process.wait()
        self._said.close()
        self._folder.cleanup()


@dataclass(frozen=True)
class Done(Generic[T]):
    of: T
    answer: dict[str, Any]  # "report" and "seconds"; or "problem", which may be "for_all"


def share(
    asked: Iterable[T], task_of: Callable[[T], Task], settings: Settings, workers: int
) -> Generator[Done[T], None, None]:
    """The answers in the order in which they come. Whoever stops asking ends the workers."""
    waiting = iter(asked)
    results: queue.Queue[Done[T] | None] = queue.Queue(maxsize=2 * workers)
    crew = [_Member(waiting, task_of, settings, results) for _ in range(workers)]
    for member in crew:
        member.start()
    left = len(crew)
    try:
        while left:
            found = results.get()
            if found is None:
                left -= 1
            else:
                yield found
    finally:
        for member in crew:
            member.stop()


_next_one = threading.Lock()  # around the iterator that all take from


class _Member(threading.Thread, Generic[T]):
    def __init__(
        self,
        waiting: Iterator[T],
        task_of: Callable[[T], Task],
        settings: Settings,
        results: "queue.Queue[Done[T] | None]",
    ) -> None:
        super().__init__(daemon=True)
        self._waiting, self._task_of, self._settings = waiting, task_of, settings
        self._results = results
        self._stopped = threading.Event()
        self._worker: Worker | None = None

    def run(self) -> None:
        try:
            while not self._stopped.is_set():
                with _next_one:
                    one = next(self._waiting, None)
                if one is None:
                    break
                self._say(Done(one, self._answer(self._task_of(one))))
        finally:
            self._end_worker()
            self._say(None)

    def _say(self, found: "Done[T] | None") -> None:
        while not self._stopped.is_set():
            with suppress(queue.Full):
                self._results.put(found, timeout=0.2)
                return

    def _answer(self, task: Task) -> dict[str, Any]:
        why = ""
        for _ in range(TRIES):
            try:
                if self._worker is None:
                    self._worker = Worker(self._settings)
                return self._worker.ask(task)
            except (Lost, ValueError) as error:
                why = str(error)
                self._end_worker()
                if self._stopped.is_set():
                    break
        return {"problem": f"The process that graded it ended, {TRIES} times ({why})."}

    def _end_worker(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.close()

    def stop(self) -> None:
        self._stopped.set()
        worker = self._worker
        if worker is not None:
            worker.kill()  # whoever waits for its answer gets none, and closes it
        self.join(10.0)
