"""Whatever a child says is read in bounds or refused, and a grading made of it is a report."""

import json
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import grader.grading as grading
from grader.bench.bench import Bench, make_bench
from grader.course.exercise import load_exercise
from grader.process.attempt import Attempt
from grader.process.launcher import FreshInterpreters
from grader.protocol.frames import LENGTH, BadMessage, pack, unpack
from grader.protocol.messages import Answer, Ended, Request, read_answer
from grader.syntax.submission import Submission
from tests.grading import names
from tests.protocol.fuzz import FACTS, MESSAGES, check, read, tensors

Said = tuple[dict[str, Any], dict[str, torch.Tensor]]
SOURCE = (
    "def backward(logits, n):\n    dlogits = logits / n\n    dlogits += 1\n    return locals()\n"
)


@given(MESSAGES)
@settings(max_examples=300, deadline=None)
def test_a_message_is_read_in_bounds_or_refused(message: Said) -> None:
    answer = read(message)
    if answer is not None:
        check(answer)


@pytest.fixture(scope="module")
def bench() -> Bench:
    return make_bench(load_exercise("exercise2"), names(), 5)


def read_by_itself(said: Said) -> Answer | None:
    try:
        message = unpack(pack(*said)[LENGTH.size :])
        return read_answer(message, load_exercise("exercise2").rows, SOURCE.count("\n"))
    except BadMessage:
        return None


@given(st.lists(st.tuples(FACTS, st.dictionaries(st.just("logits"), tensors())), min_size=1))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_grading_of_such_messages_is_a_report(bench: Bench, said: list[Said]) -> None:
    """No fault of the grader's, either: none is sent to the log."""
    answers = cycle(filter(None, (read_by_itself(one) for one in said)))

    def ask(attempt: Attempt, request: Request) -> Answer | Ended:
        found = next(answers, Answer({}))
        return found.in_shapes_of(request.values, attempt.setup.rows)

    def fault(error: Exception, about: str) -> str:
        raise error

    launcher, submission = FreshInterpreters(), Submission(Path("answer.py"), SOURCE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Attempt, "ask", ask)
        patch.setattr(Attempt, "__enter__", lambda attempt: attempt)
        patch.setattr(Attempt, "__exit__", lambda *_: None)
        patch.setattr(grading, "log_fault", fault)
        report = grading.grade(bench, submission, launcher, grading.Options())
    assert not report.passed
    json.dumps(report.as_json(), allow_nan=False)
    assert grading.FAULT not in report.trace, report.trace
