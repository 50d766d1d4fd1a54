"""Workers that share the submissions of a class, and what becomes of one that dies.

A thread each waits for its worker's answers; what they say is put into one queue. A worker that
dies or goes silent is replaced, and what it had is asked again.
"""

import queue
import tempfile
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from grader.classroom.task import Settings, Task
from grader.process.grading_process import GradingProcess, Lost

TRIES = 3  # of one submission, each with another worker
PATIENCE = 900.0  # seconds for one answer: an attempt has a clock of its own, which is shorter

T = TypeVar("T")


class Worker:
    """One process, and a folder for it; the thread that made it is the only one to ask it."""

    def __init__(self, settings: Settings) -> None:
        # What a report says of a file is its name in the class's folder: it is put there.
        self._folder = tempfile.TemporaryDirectory(prefix="handgrad-", ignore_cleanup_errors=True)
        self.process = GradingProcess("grader.classroom.worker", folder=Path(self._folder.name))
        self.process.tell(settings.as_json())

    def ask(self, task: Task) -> dict[str, Any]:
        """Raises Lost; then it is not to be asked again."""
        found: dict[str, Any] = self.process.ask(task.as_json(), PATIENCE)
        return found

    def close(self) -> None:
        self.process.close()
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
            except Lost as error:
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
            worker.process.kill()  # whoever waits for its answer gets none, and closes it
        self.join(10.0)
