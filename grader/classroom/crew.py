"""Workers that share the submissions of a class, and what becomes of one that dies.

A thread each waits for its worker's answers; what they say is put into one queue. A worker that
dies or goes silent is replaced, and what it had is asked again.
"""

import os
import queue
import sys
import tempfile
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from grader.classroom.entries import Refused
from grader.classroom.task import Settings, Task
from grader.errors import GraderFailure, NoRoom
from grader.process.grading_process import ENDING, GradingProcess, Lost
from grader.process.torch_process import TorchProcess

TRIES = 3  # of one submission, each in another process
PATIENCE = 900.0  # seconds for one answer: an attempt has a clock of its own, which is shorter

T = TypeVar("T")


class Worker:
    """Grades one submission after another in a process; where that ends, in another one."""

    def __init__(self, settings: Settings, forks: TorchProcess | None = None) -> None:
        self._settings, self._forks = settings, forks
        self._process: _InOwnFolder | None = None
        self._in_use = threading.RLock()
        self._stopped = threading.Event()

    def answer(self, task: Task) -> dict[str, Any]:
        """A "report" and "seconds"; or a "problem", which may be "for_all"."""
        with self._in_use:
            return self._answer(task)

    def _answer(self, task: Task) -> dict[str, Any]:
        why = "it was stopped"
        for _ in range(TRIES):
            if self._stopped.is_set():
                break
            try:
                if self._process is None:
                    self._process = _InOwnFolder(self._forks)
                    if self._stopped.is_set():  # meanwhile: `stop` found no process to kill
                        self._process.kill()
                        self.close()
                        break
                    self._process.tell(self._settings.as_json())
                found: dict[str, Any] = self._process.ask(task.as_json(), PATIENCE)
                return found
            except Lost as error:
                why = str(error)
                self.close()
            except OSError as error:  # nor can one be for the others
                said = f"No process that grades can be started: {os.strerror(error.errno or 0)}."
                return {"problem": str(NoRoom(said)), "for_all": True}
        return {"problem": f"the process that graded it ended, {TRIES} times ({why})"}

    def close(self) -> None:
        with self._in_use:
            process, self._process = self._process, None
            if process is not None:
                process.close()

    def stop(self) -> None:
        """From another thread: whoever waits for an answer gets none, and closes it."""
        self._stopped.set()
        if self._in_use.acquire(blocking=False):
            try:
                self.close()
            finally:
                self._in_use.release()
        elif (process := self._process) is not None:
            process.kill()


class _InOwnFolder(GradingProcess):
    """What a report says of a file is its name in the class's folder: it is put there."""

    def __init__(self, forks: TorchProcess | None) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="handgrad-", ignore_cleanup_errors=True)
        folder = Path(self._folder.name)
        super().__init__("grader.classroom.worker", folder=folder, forks=forks)

    def close(self, patience: float = ENDING) -> None:
        super().close(patience)
        self._folder.cleanup()


@dataclass(frozen=True)
class Done(Generic[T]):
    of: T
    answer: dict[str, Any]  # as Worker.answer has it


def share(
    asked: Sequence[T], task_of: Callable[[T], Task], settings: Settings, workers: int
) -> Generator[Done[T], None, None]:
    """The answers in the order in which they come. Whoever stops asking ends the workers.

    `task_of` may raise OSError or Refused: that is the problem of this one alone. Raises
    GraderFailure at the end where some have no answer: they are not to look as if they were not
    handed in.
    """
    waiting, workers = iter(asked), min(workers, len(asked))
    results: queue.Queue[Done[T] | None] = queue.Queue(maxsize=2 * workers)
    several = workers > 1 and sys.platform == "linux"
    crew: list[_Member[T]] = []
    left, unanswered = workers, len(asked)
    try:
        with TorchProcess() if several else nullcontext() as forks:
            for _ in range(workers):
                crew.append(_Member(waiting, task_of, Worker(settings, forks), results))
                crew[-1].start()
            while left:
                found = results.get()
                if found is None:
                    left -= 1
                else:
                    unanswered -= 1
                    yield found
    finally:  # once nobody waits for the process that they are forked from
        for member in crew:
            member.stop()
    if unanswered:
        raise GraderFailure(
            f"{unanswered} of {len(asked)} submissions were not graded: the grader failed. "
            "What was graded is kept; call again, and please report it if that fails too."
        )


def task_or_problem(one: T, task_of: Callable[[T], Task]) -> Task | dict[str, Any]:
    """The problem where its file can no longer be read."""
    try:
        return task_of(one)
    except OSError as error:
        return {"problem": f"cannot be read any more ({error.strerror or error})"}
    except Refused as error:
        return {"problem": str(error)}


_next_one = threading.Lock()  # around the iterator that all take from


class _Member(threading.Thread, Generic[T]):
    def __init__(
        self,
        waiting: Iterator[T],
        task_of: Callable[[T], Task],
        worker: Worker,
        results: "queue.Queue[Done[T] | None]",
    ) -> None:
        super().__init__(daemon=True)
        self._waiting, self._task_of = waiting, task_of
        self._results = results
        self._stopped = threading.Event()
        self._worker = worker

    def run(self) -> None:
        try:
            while not self._stopped.is_set():
                with _next_one:
                    one = next(self._waiting, None)
                if one is None:
                    break
                task = task_or_problem(one, self._task_of)
                answer = self._worker.answer(task) if isinstance(task, Task) else task
                self._say(Done(one, answer))
        finally:
            self._worker.close()
            self._say(None)

    def _say(self, found: "Done[T] | None") -> None:
        while not self._stopped.is_set():
            with suppress(queue.Full):
                self._results.put(found, timeout=0.2)
                return

    def stop(self) -> None:
        self._stopped.set()
        self._worker.stop()
        self.join(10.0)
