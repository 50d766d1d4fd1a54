"""The lecture's names for sizes are at hand, by parameter and as names of the file."""

from collections.abc import Callable

import pytest

from grader.course import EXERCISES
from grader.course.exercise import load_exercise
from grader.report import Report
from tests.grading import trial
from tests.worked import rewritten

Grade = Callable[..., Report]
FUNCTIONS = [name for name in EXERCISES if load_exercise(name).kind.names_sizes]


@pytest.mark.parametrize("exercise", FUNCTIONS)
def test_they_are_those_of_the_trial(exercise: str) -> None:
    course = load_exercise(exercise)
    for sizes in (course.sizes, course.other_sizes):
        at = trial(exercise, sizes=sizes)
        assert at.request.sizes == {**sizes, "batch_size": sizes["n"], "vocab_size": 27}
        assert at.numbers.get("n", sizes["n"]) == sizes["n"]


@pytest.mark.parametrize("exercise", [name for name in EXERCISES if name not in FUNCTIONS])
def test_kinds_without_a_batch_are_told_none(exercise: str) -> None:
    assert trial(exercise).request.sizes == {}


def test_a_name_that_the_file_assigns_is_its_own(grade_text: Grade) -> None:
    own = ("\n\ndef backward", "\nn_hidden = 2.0\n\n\ndef backward")
    used = ("dlogits /= n", "dlogits /= n * n_hidden / 2")
    assert grade_text(rewritten("exercise2", own, used), "exercise2").passed
    assert not grade_text(rewritten("exercise2", used), "exercise2").passed


def test_they_are_no_returned_values(grade_text: Grade) -> None:
    source = rewritten(
        "exercise2", ("def backward(n, Yb,", "def backward(n, n_embd, vocab_size, Yb,")
    )
    report = grade_text(source, "exercise2")
    assert report.passed and not report.flags


def test_exercise_2_and_3_hand_over_what_exercise_1_had() -> None:
    import torch

    for exercise, inputs in (("exercise2", ("logits",)), ("exercise3", ("hprebn",))):
        at = trial(exercise)
        first = trial("exercise1", seed=at.seed)
        names = [chunk.name for chunk in at.exercise.further_chunks]
        assert names and not set(names) & set(at.exercise.forward_pass.names)
        for name in (*inputs, *names):
            assert torch.allclose(at.given[name], first.given[name], rtol=1e-4, atol=1e-6), name
        assert "loss" not in at.given


def test_they_are_not_among_keyword_arguments(grade_text: Grade) -> None:
    given = rewritten("exercise2", ("def backward(n, Yb, logits):", "def plain(n, Yb, logits):"))
    passed_on = "\n\ndef backward(**values):\n    return plain(**values)\n"
    assert grade_text(given + passed_on, "exercise2").passed
