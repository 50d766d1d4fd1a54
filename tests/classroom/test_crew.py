"""Workers that are stopped, and a class of which nobody may be left out unsaid."""

import threading
from typing import Any

import pytest

from grader.classroom import crew
from grader.classroom.crew import Worker, share
from grader.classroom.task import Settings, Task
from grader.errors import GraderFailure

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

        def close(self) -> None: ...

    monkeypatch.setattr(crew, "_InOwnFolder", Starting)
    assert "it was stopped" in worker.answer(Task.of("exercise2", "a.py", b""))["problem"]
