"""Mutants in a notebook, and beside a line that raises; samples.

All of them: python -m tests.mutation --notebook; python -m tests.mutation --raising 100
"""

from dataclasses import replace

import pytest

from grader.course.exercise import load_exercise
from tests.grading import SEED

from . import notebooks
from .grading import grade_all
from .mutants import built, proposed, sample
from .notebooks import differences, graded_as_notebook
from .raising import found_of, raising
from .syntax import worked_answer
from .table import miss

IN_NOTEBOOKS = {"exercise1": 10, "exercise2": 5, "exercise3": 5}
FOUND = 0.95  # of own errors


@pytest.mark.parametrize("exercise", IN_NOTEBOOKS)
def test_a_mutant_is_told_the_same_in_a_notebook(exercise: str) -> None:
    changes = sample(proposed(exercise), IN_NOTEBOOKS[exercise], f"{exercise} as a notebook")
    found = [differences(built(exercise, change), SEED) for change in changes]
    assert [str(one) for several in found for one in several] == []


def test_a_difference_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    mutant = next(built("exercise2", change) for change in proposed("exercise2"))
    worked = replace(mutant, source=worked_answer(load_exercise("exercise2")).source)
    monkeypatch.setattr(
        notebooks, "graded_as_notebook", lambda *_: graded_as_notebook(worked, SEED)
    )
    assert [one.gradient for one in differences(mutant, SEED)] == ["dlogits"]


@pytest.mark.parametrize(
    ("exercise", "wrong"), [("exercise1", 2), ("exercise1", 4), ("exercise4", 3)]
)
def test_beside_a_line_that_raises_each_wrong_one_is_named(exercise: str, wrong: int) -> None:
    outcomes = grade_all(raising(exercise, wrong, 5), SEED)
    named, of, accused = found_of(outcomes)
    assert len(outcomes) == 5
    assert of == 5 * (wrong + 1)
    assert named >= FOUND * of, [*map(miss, outcomes)]
    assert accused == 0, [*map(miss, outcomes)]
