"""The whole suite at one seed: which mutants there are, and what the grader makes of them."""

from collections.abc import Iterable, Sequence

from grader.exercise import load_exercise
from grader.grading import Grader, Options
from grader.kit import NAMES
from grader.names import NameData, read_names

from .grading import Outcome, grade_all
from .mutants import Mutant, mechanical_mutants
from .oracle import Oracle

LECTURE_SEED = Options.seed


def names() -> NameData:
    return NameData(read_names(NAMES))


def every_mutant(exercises: Sequence[str], seed: int) -> list[Mutant]:
    """Mistakes and rewrites of these exercises; `seed` is what memorised numbers are for."""
    data = names()
    found: list[Mutant] = []
    for exercise in map(load_exercise, exercises):
        found += mechanical_mutants(exercise, Oracle(exercise, data))
    return found


def graded(mutants: Iterable[Mutant], seed: int) -> list[Outcome]:
    with Grader(names(), Options(seed)) as grader:
        return list(grade_all(grader, mutants))
