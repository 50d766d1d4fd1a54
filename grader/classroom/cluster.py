"""A class shared over a Dask cluster: the command's end.

Dask is imported here: nothing imports this unless a class is shared over a cluster.
"""

import logging
import re
import warnings
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import dask
from distributed import Client, Future, Security, as_completed
from distributed.scheduler import KilledWorker

from grader.classroom.cluster_worker import Grading, difference, graded_batch, versions_in
from grader.classroom.crew import Done, task_or_problem
from grader.classroom.task import Settings, Task
from grader.errors import GraderFailure, UsageProblem, one_line

ADDRESS = r"(?:(?:tcp|tls)://)?(?:[^\s/:]+|\[[^\s/]+\])(?::\d{1,5})?"
CONNECTING = 5.0  # seconds for the scheduler to answer
LARGEST = 50  # submissions of a batch, five seconds' work; fewer, where some would have none
LARGEST_DATA = 4 * 2**20  # characters of all their files, as they are sent
BATCHES_EACH = 4  # of a small class, for each thread: so that they end at about the same time
AHEAD, AT_LEAST = 2, 16  # batches sent for each thread, and in any case

T = TypeVar("T")


@contextmanager
def connected(address: str) -> Iterator[Client]:
    """Raises UsageProblem where no scheduler answers there.

    TLS is Dask's own: `distributed.comm.tls` in its configuration.
    """
    called, security = f"--scheduler {one_line(address)}", Security()
    why = _why_not(address, security)
    if why is not None:
        raise UsageProblem(f"{called}: {why}")
    # What goes wrong is said here; what a Ctrl-C leaves half done is nobody's concern.
    for name in ("distributed", "distributed.client", "tornado.application"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    dask.config.set({"distributed.admin.large-graph-warning-threshold": "1 GiB"})  # of a notebook
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of versions: `check_versions` says what matters
            client = Client(address, timeout=CONNECTING, set_as_default=False, security=security)
    except OSError:
        raise UsageProblem(
            f"{called}: no scheduler answers there. Start one with `dask scheduler`, which says "
            "its address; for one with TLS the address begins with tls://"
        ) from None
    try:
        yield client
    finally:
        with suppress(OSError):  # the scheduler is gone already
            client.close()


def _why_not(address: str, security: Security) -> str | None:
    """What Dask would end with a traceback for."""
    if re.fullmatch(ADDRESS, address) is None:
        return "write tcp://HOST:8786 or tls://HOST:8786"
    try:
        has = security.get_connection_args("client")
    except OSError as error:
        return f"a certificate in Dask's configuration cannot be read ({one_line(str(error))})."
    if address.startswith("tls:"):
        if not has["ssl_context"]:
            return "Dask's configuration has no certificates: docs/cluster.md"
    elif has["require_encryption"]:
        return "Dask's configuration asks for TLS: tls://HOST:8786"
    return None


def check_versions(client: Client) -> None:
    """Raises UsageProblem where a worker has others than this command."""
    found = client.get_versions(packages=["handgrad", "torch"])
    here = versions_in(found["client"]["packages"])
    for address, facts in sorted(found["workers"].items()):
        why = difference(here, versions_in(facts["packages"]))
        if why is not None:
            raise UsageProblem(f"Worker {one_line(address)}: {why}")


def share_over(
    client: Client, asked: Sequence[T], task_of: Callable[[T], Task], settings: Settings
) -> Generator[Done[T], None, None]:
    """As crew.share. A batch whose worker dies is given to another one, by Dask.

    Raises GraderFailure where the scheduler is lost.
    """
    grading = Grading(settings)
    client.register_plugin(grading)
    try:
        yield from _Sharing[T](client, grading.name).answers(_batches(client, asked, task_of))
    finally:
        with suppress(OSError):  # the scheduler is gone already
            client.unregister_worker_plugin(grading.name)


@dataclass
class _Batch(Generic[T]):
    asked: list[T] = field(default_factory=list)
    tasks: list[dict[str, Any]] = field(default_factory=list)
    size: int = 0  # characters of all files
    not_read: list[Done[T]] = field(default_factory=list)


def _batches(
    client: Client, asked: Sequence[T], task_of: Callable[[T], Task]
) -> Iterator[_Batch[T]]:
    """Files are read when their batch is sent."""
    threads = sum(client.nthreads().values()) or 1
    most = max(1, min(LARGEST, len(asked) // (BATCHES_EACH * threads)))
    batch = _Batch[T]()
    for one in asked:
        task = task_or_problem(one, task_of)
        if isinstance(task, dict):
            batch.not_read.append(Done(one, task))
            continue
        batch.asked.append(one)
        batch.tasks.append(task.as_json())
        batch.size += len(task.data)
        if len(batch.tasks) >= most or batch.size >= LARGEST_DATA:
            yield batch
            batch = _Batch[T]()
    yield batch


@dataclass
class _Sharing(Generic[T]):
    client: Client
    name: str  # of the plugin
    under_way: dict[Future, _Batch[T]] = field(default_factory=dict)

    def answers(self, batches: Iterable[_Batch[T]]) -> Iterator[Done[T]]:
        waiting = iter(batches)
        finished = as_completed(loop=self.client.loop)
        try:
            finished.update(self._sent(waiting))
            for future in finished:
                batch = self.under_way.pop(future)
                yield from batch.not_read
                yield from map(Done, batch.asked, self._answers_of(future, batch))
                finished.update(self._sent(waiting))
        finally:
            with suppress(OSError):  # the scheduler is gone already
                self.client.cancel(list(self.under_way))

    def _sent(self, waiting: Iterator[_Batch[T]]) -> list[Future]:
        """As many as keep every worker at work, those that have joined since among them."""
        ahead = max(AT_LEAST, AHEAD * sum(self.client.nthreads().values()))
        sent = []
        while len(self.under_way) < ahead and (batch := next(waiting, None)) is not None:
            future = self.client.submit(graded_batch, self.name, batch.tasks, pure=False)
            batch.tasks = []
            self.under_way[future] = batch
            sent.append(future)
        return sent

    def _answers_of(self, future: Future, batch: _Batch[T]) -> Sequence[dict[str, Any]]:
        if future.status == "finished":
            found: list[dict[str, Any]] = future.result()
            return found
        if future.status == "error":
            error = future.exception()
            if isinstance(error, KilledWorker):
                said = f"every worker that graded its batch ended ({error.last_worker.address})"
                return [{"problem": said}] * len(batch.asked)
            raise GraderFailure(f"The cluster failed: {one_line(str(error), 300)}")
        raise GraderFailure(
            "The scheduler has gone. What was graded is kept: once it is there again, the same "
            "call continues."
        )
