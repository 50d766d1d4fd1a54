"""The whole suite at one seed: which mutants there are, and what the grader makes of them."""

from collections.abc import Sequence
from functools import cache

from grader.course.exercise import load_exercise
from grader.kinds import LAYERS, VALUES
from tests.grading import names

from .combos import bundles, combinations
from .engines import engine_mutants
from .layers import layer_mutants
from .mutants import Mutant, mechanical_mutants, mechanical_rewrites, written_mutants
from .oracle import Oracle
from .syntax import worked_answer

# By kind: all mutants where classes are completed, each kind by an oracle of its own.
OF_CLASSES = {VALUES: engine_mutants, LAYERS: layer_mutants}


def every_mutant(exercises: Sequence[str], seed: int) -> list[Mutant]:
    """Mistakes and rewrites of these exercises; `seed` is what memorised numbers are for."""
    found: list[Mutant] = []
    for name in exercises:
        found += _mechanical(name)
        if load_exercise(name).kind not in OF_CLASSES:
            found += written_mutants(load_exercise(name), _oracle(name), seed)
    return found


@cache
def _oracle(name: str) -> Oracle:
    return Oracle(load_exercise(name), names())


@cache
def _mechanical(name: str) -> tuple[Mutant, ...]:
    """The same at every seed, and most of the work."""
    exercise = load_exercise(name)
    if exercise.kind in OF_CLASSES:
        return OF_CLASSES[exercise.kind](exercise)
    oracle = _oracle(name)
    return (*mechanical_mutants(exercise, oracle), *mechanical_rewrites(exercise, oracle))


def bundled(mutants: Sequence[Mutant]) -> list[Mutant]:
    """The mutants, with mechanical rewrites of a kind put together: a tenth as many files."""
    kept = [m for m in mutants if not (m.right and m.operator.startswith("rewrite: "))]
    for name in dict.fromkeys(mutant.exercise for mutant in mutants):
        of_one = [mutant for mutant in mutants if mutant.exercise == name]
        kept += bundles(worked_answer(load_exercise(name)), of_one)
    return kept


def several_at_once(
    mutants: Sequence[Mutant], together: int, count: int, seed: int = 0
) -> list[Mutant]:
    """Combinations of these mutants, `count` for each exercise that asks for enough gradients."""
    found: list[Mutant] = []
    for name in dict.fromkeys(mutant.exercise for mutant in mutants):
        exercise = load_exercise(name)
        if len(exercise.gradients) >= together:
            of_one = [mutant for mutant in mutants if mutant.exercise == name]
            found += combinations(worked_answer(exercise), of_one, together, count, seed)
    return found
