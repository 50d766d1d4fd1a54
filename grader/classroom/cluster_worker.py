"""A Dask worker's end: batches graded in the sandbox there, a grading process for each thread.

Dask is imported here: nothing imports this unless a class is shared over a cluster.
"""

import threading
from collections.abc import Mapping
from secrets import token_hex
from typing import Any

from distributed import WorkerPlugin, get_worker
from distributed.versions import get_versions

from grader.classroom.crew import Worker
from grader.classroom.task import Settings, Task

PACKAGES = ("handgrad", "torch", "distributed", "python")
_held = threading.local()  # `grading`, `worker`: of one class at a time


class Grading(WorkerPlugin):  # type: ignore[misc]  # Dask's types are not looked at
    """How a class is graded, on each worker that there is or that joins later."""

    def __init__(self, settings: Settings) -> None:
        self.name = f"handgrad-{token_hex(8)}"  # another for each run
        self._settings = settings.as_json()
        self._versions = versions_here()

    def setup(self, worker: Any) -> None:
        self._address = worker.address
        self._workers = list[Worker]()
        self._over = threading.Event()

    def teardown(self, worker: Any) -> None:
        """The run is over, or was stopped: what is graded at the moment is for nobody."""
        self._over.set()
        for one in self._workers:
            one.stop()

    def graded(self, tasks: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """An answer to each, as crew.Worker gives it."""
        why = difference(self._versions, versions_here())
        if why is not None:  # of one that joined after the first were looked at
            return [{"problem": f"{self._address}: {why}", "for_all": True}] * len(tasks)
        answers = []
        for facts in tasks:
            if self._over.is_set():
                break
            answer = self._own_worker().answer(Task.from_json(facts))
            if answer.get("for_all"):
                answer["problem"] = f"{self._address}: {answer['problem']}"
            answers.append(answer)
        return answers

    def _own_worker(self) -> Worker:
        """This thread's. One that another run has left, by whatever end, goes first."""
        if getattr(_held, "grading", None) is not self:
            if hasattr(_held, "worker"):
                _held.worker.close()
            _held.grading, _held.worker = self, Worker(Settings.from_json(self._settings))
            self._workers.append(_held.worker)
        worker: Worker = _held.worker
        return worker


def graded_batch(name: str, tasks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What a task of Dask's is: plain data in, plain data out."""
    grading: Grading = get_worker().plugins[name]
    return grading.graded(tasks)


def versions_here() -> dict[str, str]:
    return versions_in(get_versions(PACKAGES[:2])["packages"])


def versions_in(packages: Mapping[str, str | None]) -> dict[str, str]:
    """What has to be the same everywhere; "" of what is not installed.

    Of Python, 3.11; of torch no `+cpu`, which is how it was built.
    """
    found = {name: (packages.get(name) or "").partition("+")[0] for name in PACKAGES}
    return found | {"python": ".".join(found["python"].split(".")[:2])}


def difference(here: Mapping[str, str], there: Mapping[str, str]) -> str | None:
    """The command's versions, a worker's: a sentence on the first that differs."""
    for name in PACKAGES:
        if not there[name]:
            return f"{name} is not installed there. Install {name}=={here[name]}, as it is here."
        if there[name] != here[name]:
            return f"it has {name} {there[name]}, and this is {here[name]}. Install the same."
    return None
