"""A call that ran out of time part-way makes no right line wrong, whichever call it was."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from grader.process.attempt import Attempt
from grader.protocol.messages import Answer, Ended, Raised
from grader.report import Report
from grader.workspace import kit
from tests.worked import rewritten

# How many of its calls run the code as it is written: two of these are one in plain numbers.
CHAIN = {"exercise1": 4, "warmup1": 3, "warmup2": 3, "warmup5": 4}


def verdicts(report: Report) -> dict[str, str]:
    return {gradient.name: gradient.verdict for gradient in report.gradients}


@pytest.fixture
def cut_off(monkeypatch: pytest.MonkeyPatch) -> Callable[..., set[str]]:
    """From then on, that call of an attempt gives half of what it should, or nothing; in the set,
    once graded, is what it left out."""

    def cut(number: int, everything: bool = False) -> set[str]:
        ask, asked, left_out = Attempt.ask, [], set[str]()

        def answer(attempt: Attempt, *request: Any) -> Any:
            asked.append(request)
            given = ask(attempt, *request)
            if len(asked) - 1 != number:
                return given
            assert isinstance(given, Answer)
            names = list(given.gradients)
            kept = [] if everything else names[: len(names) // 2]
            left_out.update(set(names) - set(kept))
            return replace(
                given,
                gradients={name: given.gradients[name] for name in kept},
                recorded={name: at for name, at in given.recorded.items() if name in kept},
                raised=Raised("OutOfTime", "", attempt.setup.source.count("\n"), {}, ""),
            )

        monkeypatch.setattr(Attempt, "ask", answer)
        return left_out

    return cut


@pytest.mark.parametrize("number", range(6))
@pytest.mark.parametrize("exercise", CHAIN)
def test_a_right_answer_is_out_of_time_at_worst(
    exercise: str,
    number: int,
    grade_text: Callable[..., Report],
    cut_off: Callable[..., set[str]],
) -> None:
    left_out = cut_off(number)
    report = grade_text(kit.solution_source(exercise), exercise)
    assert left_out
    found = {name for name, verdict in verdicts(report).items() if verdict == "timeout"}
    assert found == (left_out if number < CHAIN[exercise] else set())
    others = [gradient for gradient in report.gradients if gradient.name not in found]
    assert all(gradient.passes for gradient in others), verdicts(report)
    assert report.passed == (number >= CHAIN[exercise])


# Right, and from a gradient that its chunk does not name: that is found out by further calls.
LONGER_STEP = (
    "(-(counts_sum**-2)) * dcounts_sum_inv",
    "(-(counts_sum**-2)) * (counts * dprobs).sum(1, keepdim=True)",
)
FIRST_PROBE = 6


@pytest.mark.parametrize("number", range(FIRST_PROBE, FIRST_PROBE + 4))
def test_so_is_one_in_another_form(
    number: int, grade_text: Callable[..., Report], cut_off: Callable[..., set[str]]
) -> None:
    left_out = cut_off(number, everything=True)
    report = grade_text(rewritten("exercise1", LONGER_STEP))
    assert "counts_sum" in left_out
    assert report.passed, verdicts(report)


def test_so_is_one_whose_child_was_ended_meanwhile(
    grade_text: Callable[..., Report], monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that is asked after a time-out has two seconds; then the attempt is over."""
    ask, asked = Attempt.ask, []

    def answer(attempt: Attempt, *request: Any) -> Any:
        asked.append(request)
        if len(asked) > FIRST_PROBE:
            attempt.ended = Ended("timeout", "")
        return ask(attempt, *request)

    monkeypatch.setattr(Attempt, "ask", answer)
    report = grade_text(rewritten("exercise1", LONGER_STEP))
    assert len(asked) > FIRST_PROBE
    assert report.passed, verdicts(report)
