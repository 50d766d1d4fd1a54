"""Workers that are stopped, and a class of which nobody may be left out unsaid."""

import os
import signal
import sys
import threading
import time
from typing import Any

import pytest

from grader.classroom import crew
from grader.classroom.crew import Worker, share
from grader.classroom.entries import Refused
from grader.classroom.task import Settings, Task
from grader.errors import GraderFailure
from grader.process.torch_process import TorchProcess

SETTINGS = Settings((), 0, False, 1.0, True)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_class_of_which_some_were_never_asked_is_no_result() -> None:
    def task_of(name: str) -> Task:
        raise AssertionError(name)  # what nobody thought of

    with pytest.raises(GraderFailure, match=r"2 of 2 .* call again"):
        list(share(["ann", "ben"], task_of, SETTINGS, 1))


def test_a_worker_that_is_stopped_while_it_starts_is_not_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    worker = Worker(SETTINGS)

    class Starting:
        def __init__(self, _: object) -> None:
            stopping = threading.Thread(target=worker.stop)
            stopping.start()
            stopping.join()

        def tell(self, _: Any) -> None: ...

        def ask(self, *_: Any) -> Any:
            raise AssertionError("for nobody")

        def kill(self) -> None: ...

        def close(self) -> None: ...

    monkeypatch.setattr(crew, "_InOwnFolder", Starting)
    assert "it was stopped" in worker.answer(Task.of("exercise2", "a.py", b""))["problem"]


@pytest.mark.skipif(sys.platform != "linux", reason="only there is a worker forked")
def test_whoever_stops_asking_does_not_wait_until_torch_is_loaded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Loading(TorchProcess):
        def __init__(self) -> None:
            super().__init__()
            os.kill(self._process.pid, signal.SIGSTOP)

    def task_of(name: str) -> Task:
        if name == "ann":
            raise Refused("it is too large")
        return Task.of("exercise2", "ben.py", b"")

    monkeypatch.setattr(crew, "TorchProcess", Loading)
    answers = share(["ann", "ben"], task_of, SETTINGS, 2)
    next(answers)
    began = time.monotonic()
    answers.close()
    assert time.monotonic() - began < 8  # else 10 s for the member, and 5 for the process
