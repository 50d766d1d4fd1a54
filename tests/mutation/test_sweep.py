"""The quick look at many seeds finds what it is there for."""

from dataclasses import replace

import pytest

from .mutants import Mutant
from .run import LECTURE_SEED, every_mutant
from .sweep import sweep


@pytest.fixture(scope="module")
def mutants() -> list[Mutant]:
    return every_mutant(["exercise2"], LECTURE_SEED)


def test_a_right_answer_among_the_mistakes_is_one_that_passed(mutants: list[Mutant]) -> None:
    wrong = next(mutant for mutant in mutants if not mutant.right)
    planted = replace(next(m for m in mutants if m.right), right=False, gradient="logits")
    found = sweep([wrong, planted], LECTURE_SEED)
    assert found.passed == [f"exercise2 {planted.name}"]
    assert (found.mistakes, found.graded_in_full, found.rewrites) == (2, 1, 0)


def test_a_mistake_among_the_rewrites_is_one_that_was_refused(mutants: list[Mutant]) -> None:
    planted = replace(next(m for m in mutants if not m.right), right=True)
    found = sweep([planted, next(m for m in mutants if m.right)], 3)
    assert found.refused == [f"exercise2 {planted.name}"]
    assert (found.mistakes, found.rewrites) == (0, 2)


def test_a_mistake_that_one_trial_does_not_show_is_graded_in_full() -> None:
    """Zero by structure, and so right as the lines are chained."""
    zero = next(
        mutant
        for mutant in every_mutant(["exercise1"], LECTURE_SEED)
        if mutant.operator == "written: zero-by-structure" and mutant.gradient == "b1"
    )
    found = sweep([zero], LECTURE_SEED)
    assert (found.graded_in_full, found.passed) == (1, [])
