"""The suite's figures at the lecture's seed, held against what is promised.

More seeds, the machine's own kernels and a list of what was missed:
python -m tests.mutation --seeds 20 --native --list-misses
"""

import ast
import random
from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest

import pytest

from grader.course import EXERCISES
from grader.course.exercise import load_exercise
from tests.grading import SEED, names

from .grading import Outcome, grade_all
from .layer_oracle import effect_of
from .mutants import Mutant
from .oracle import Oracle
from .run import OF_CLASSES, bundled, every_mutant, several_at_once
from .syntax import worked_answer
from .table import figures, miss, several_table, table

RIGHT_LINE = 0.99
RIGHT_MISTAKE = 0.90
WRONG_MISTAKE = 0.01
SEVERAL_FOUND = 0.95
PAIRS, TRIPLES = 15, 10  # an exercise
WHOLE = ("exercise1", "exercise2", "exercise3", "exercise4")
SAMPLE = 30  # of each other exercise: `python -m tests.mutation` grades them all
FEWEST = {  # mistakes
    "warmup1": 300, "warmup2": 60, "warmup3": 60, "warmup4": 90, "warmup5": 140,
    "exercise1": 380, "exercise2": 20, "exercise3": 45, "exercise4": 190, "exercise5": 270,
    "exercise6": 250, "exercise7": 200, "exercise8": 450, "exercise9": 130,
}  # fmt: skip


@pytest.fixture(scope="module")
def mutants() -> list[Mutant]:
    return every_mutant(EXERCISES, SEED)


def sampled(mutants: Sequence[Mutant]) -> list[Mutant]:
    kept = [mutant for mutant in mutants if mutant.exercise in WHOLE]
    for name in (name for name in EXERCISES if name not in WHOLE):
        of_one = [mutant for mutant in mutants if mutant.exercise == name]
        kept += random.Random(name).sample(of_one, SAMPLE)
    return kept


def shown(outcomes: Sequence[Outcome]) -> str:
    return "\n".join(["", table(outcomes), *filter(None, map(miss, outcomes))])


@pytest.mark.timeout(1800)
def test_single_mistakes_and_rewrites(mutants: list[Mutant]) -> None:
    outcomes = grade_all(sampled(bundled(mutants)), SEED)
    found = figures(outcomes)
    missed = {
        "the grader broke": found.broke > 0,
        "a wrong gradient passed": found.caught < found.mutants,
        "a right gradient was refused": found.wrongly_accused > 0,
        "first wrong line": found.right_line < RIGHT_LINE * found.mutants,
        "right mistake": found.right_mistake < RIGHT_MISTAKE * found.nameable,
        "wrong mistake": found.wrong_mistake > WRONG_MISTAKE * found.nameable,
    }
    assert not [promise for promise, broken in missed.items() if broken], shown(outcomes)


@pytest.mark.timeout(900)
def test_several_mistakes_at_once(mutants: list[Mutant]) -> None:
    of_whole = [mutant for mutant in mutants if mutant.exercise in WHOLE]
    several = [
        *several_at_once(of_whole, 2, PAIRS),
        *several_at_once(of_whole, 3, TRIPLES),
    ]
    outcomes = grade_all(several, SEED)
    found = sum(outcome.found_all for outcome in outcomes)
    asked = [len(load_exercise(name).gradients) for name in WHOLE]
    assert len(outcomes) == sum(PAIRS * (of > 1) + TRIPLES * (of > 2) for of in asked)
    assert found >= SEVERAL_FOUND * len(outcomes), "\n".join(
        [several_table(outcomes), *filter(None, map(miss, outcomes))]
    )


@pytest.mark.parametrize("exercise", EXERCISES)
def test_there_are_enough_mistakes(mutants: list[Mutant], exercise: str) -> None:
    mistakes = [m for m in mutants if m.exercise == exercise and not m.right]
    assert len(mistakes) >= FEWEST[exercise]
    changed = {name for mutant in mistakes for name in mutant.named}
    assert changed == set(load_exercise(exercise).gradients)


def test_the_line_of_a_mutant_is_where_it_differs(mutants: list[Mutant]) -> None:
    for mutant in mutants:
        answer = worked_answer(load_exercise(mutant.exercise))
        before, after = answer.source.split("\n"), mutant.source.split("\n")
        first = _first_difference(before, after)
        last = max(first, len(after) + 1 - _first_difference(before[::-1], after[::-1]))
        # What differs is that line of the worked answer, or another of the statement that
        # begins there, or what is put after it.
        ends = (
            node.end_lineno or node.lineno
            for node in ast.walk(answer.tree)
            if isinstance(node, ast.stmt) and node.lineno == mutant.line
        )
        where = mutant.line <= last and max(ends, default=mutant.line) >= first - 1
        assert where or mutant.right, (mutant.name, mutant.line, first, last)


def test_what_is_planted_among_the_mistakes_and_the_rewrites_is_found() -> None:
    mutants = every_mutant(["exercise2"], SEED)
    right = next(mutant for mutant in mutants if mutant.right)
    wrong = next(mutant for mutant in mutants if not mutant.right)
    planted = [replace(right, right=False, gradient="logits"), replace(wrong, right=True)]
    passed, refused = grade_all(planted, SEED)
    assert not passed.caught
    assert refused.wrongly_accused
    assert [*map(miss, grade_all([wrong, right], SEED))] == [None, None]


def _first_difference(before: list[str], after: list[str]) -> int:
    """The line, from 1, where two texts part."""
    pairs = zip_longest(before, after)
    return next(line for line, (one, other) in enumerate(pairs, 1) if one != other)


@pytest.mark.parametrize(
    ("old", "new", "right"),
    [
        ("dlogits.sum(0)", "dlogits.sum(0)", True),
        ("dlogits.sum(0)", "torch.einsum('ij->j', dlogits)", True),
        ("dlogits.sum(0)", "dnorm_logits.sum(0)", False),  # equal in the chain only
        ("dlogits.sum(0)", "dlogits.sum(0) * (1 + 1e-9)", False),
        ("dlogits.sum(0)", "dlogits.sum(0, keepdim=True)", False),
        ("dlogits.sum(0)", "dlogits.sum(0).float()", False),
        ("dlogits.sum(0)", "dlogits[:32].sum(0)", True),
        ("dlogits.sum(0)", "dlogits[:7].sum(0)", False),
        ("dlogits.sum(0)", "dlogits[0].mul_(1).sum() + dlogits.sum(0) * 0", False),
        ("dlogits.sum(0)", "dlogits.mul_(2).sum(0) / 2", False),  # changes dlogits
        ("dhprebn.sum(0)", "torch.zeros_like(b1)", False),
        ("n - 1", "31", False),  # right at the sizes that are shown
    ],
)
def test_the_oracle_tells_a_rewrite_from_a_mistake(old: str, new: str, right: bool) -> None:
    exercise = load_exercise("exercise1")
    source = worked_answer(exercise).source
    assert source.count(old) == 1
    assert Oracle(exercise, names()).right(source.replace(old, new)) is right


def test_the_oracle_passes_the_worked_answers() -> None:
    for exercise in map(load_exercise, EXERCISES):
        if exercise.kind not in OF_CLASSES:
            assert Oracle(exercise, names()).right(worked_answer(exercise).source)


def test_the_oracle_of_the_layers_tells_a_rewrite_from_a_mistake() -> None:
    source = worked_answer(load_exercise("warmup5")).source
    assert effect_of(source).harmless
    for old, new, wrong in (
        ("dxhat.mean(0)", "dxhat.sum(0) / n", set()),
        ("dxhat.mean(0)", "dxhat.mean(0) * (1 + 1e-9)", {"hprebn"}),
        ("var = x.var(0)", "var = x.var(0, unbiased=False)",
         {"running_var", "batchnorm_out", "bngain", "hprebn"}),
    ):  # fmt: skip
        assert source.count(old) == 1
        assert effect_of(source.replace(old, new)).wrong == wrong
