"""A sample of single mistakes at the lecture's seed, held against what is promised.

All of them, at more seeds and with the machine's own kernels:
python -m tests.mutation --seeds 20 --native --list-misses
"""

import ast
from itertools import zip_longest

import pytest

from grader.course import EXERCISES
from grader.course.exercise import load_exercise
from tests.corpus import wrong_forms
from tests.grading import SEED

from .change import Change
from .grading import grade_all
from .mutants import Mutant, built, bundles, proposed, sample, several_at_once
from .oracles import oracle_of
from .oracles.functions import FunctionOracle
from .syntax import WorkedAnswer, edited, worked_answer
from .table import miss

PART = 15  # mutants a test, so that two workers share an exercise
UNKNOWN = 3  # of them the grader may say that it does not know which mistake it is
SAMPLE = {"exercise1": 45, "exercise4": 30, "exercise8": 15, "warmup2": 10}  # mistakes
SEVERAL, SEVERAL_FOUND = 10, 0.95
USUAL = 20  # of each other exercise
FEWEST = {  # mistakes that are proposed
    "warmup1": 280, "warmup2": 130, "warmup3": 80, "warmup4": 110, "warmup5": 90,
    "exercise1": 380, "exercise2": 20, "exercise3": 50, "exercise4": 190, "exercise5": 290,
    "exercise6": 290, "exercise7": 250, "exercise8": 640, "exercise9": 140,
    "exercise10": 60,
}  # fmt: skip


def mistakes(exercise: str) -> list[Change]:
    return [change for change in proposed(exercise) if not change.rewrite]


def sampled(exercise: str) -> list[Change]:
    """Mistakes, then all rewrites in a few files."""
    count = SAMPLE.get(exercise, USUAL)
    return sample(mistakes(exercise), count, exercise) + bundles(exercise, mixed=True)


PARTS = [(name, at) for name in EXERCISES for at in range(0, len(sampled(name)), PART)]


@pytest.mark.parametrize(("exercise", "start"), PARTS)
def test_a_mistake_is_found_on_its_line_by_its_name_and_a_rewrite_passes(
    exercise: str, start: int
) -> None:
    changes = sampled(exercise)[start : start + PART]
    outcomes = grade_all([built(exercise, change) for change in changes], SEED)
    assert not [*filter(None, (miss(one) for one in outcomes if not one.unknown))]
    # A line that raises says itself what is wrong.
    unknown = [one.name for one in outcomes if one.unknown and one.verdict != "errored"]
    assert len(unknown) <= UNKNOWN, unknown


@pytest.mark.parametrize("together", [2, 3])
@pytest.mark.parametrize("exercise", ["exercise1", "exercise4"])
def test_several_mistakes_at_once_are_each_found(exercise: str, together: int) -> None:
    several = several_at_once(exercise, together, SEVERAL)
    assert len(several) == SEVERAL
    outcomes = grade_all(several, SEED)
    assert sum(one.found_all for one in outcomes) >= SEVERAL_FOUND * SEVERAL, [*map(miss, outcomes)]


@pytest.mark.parametrize("exercise", EXERCISES)
def test_there_are_enough_mistakes(exercise: str) -> None:
    count = len(mistakes(exercise))
    assert exercise in FEWEST, f"{count} are proposed: put a little less than that into FEWEST"
    assert count >= FEWEST[exercise]
    changed = {change.gradient for change in mistakes(exercise)} - {""}
    asked = load_exercise(exercise)
    assert changed <= set(asked.gradients)
    assert asked.kind.in_methods or changed >= {
        name for name in asked.gradients if name not in asked.values or name in asked.slopes
    }


def test_a_name_of_the_answers_own_is_no_gradient_to_be_changed() -> None:
    exercise = load_exercise("exercise2")
    source = worked_answer(exercise).source.replace("    return", "    dscaled = 2\n    return")
    keys = {statement.key for statement in WorkedAnswer(exercise, source).statements}
    assert keys == {"dlogits"}


def test_a_mistake_that_no_known_one_names_is_no_miss_where_none_is_named() -> None:
    form = next(form for form in wrong_forms() if form.name == "right in float64 only")
    rightly, wrongly = (
        Mutant("exercise1", "", form.name, form.source, form.gradient, form.lines[0], names, ())
        for names in (frozenset[str](), frozenset({"sign-flipped"}))
    )
    silent, missed = map(miss, grade_all([rightly, wrongly], SEED))
    assert silent is None
    assert missed is not None and "None, not sign-flipped" in missed


def test_a_sample_has_every_operator() -> None:
    for name in EXERCISES:
        whole = {change.operator for change in mistakes(name)}
        drawn = {change.operator for change in sampled(name) if not change.rewrite}
        assert len(drawn) == min(len(whole), SAMPLE.get(name, USUAL)), name


@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_line_of_a_change_is_where_the_texts_differ(exercise: str) -> None:
    answer = worked_answer(load_exercise(exercise))
    statements = [node for node in ast.walk(answer.tree) if isinstance(node, ast.stmt)]
    before = answer.source.split("\n")
    for change in mistakes(exercise):
        after = edited(answer.source, change.edits).split("\n")
        first = _first_difference(before, after)
        last = max(first, len(after) + 1 - _first_difference(before[::-1], after[::-1]))
        # What differs is that line of the worked answer, or another of the statement that
        # begins there, or what is put after it.
        ends = [node.end_lineno or 0 for node in statements if node.lineno == change.line]
        assert change.line <= last, change
        assert max(ends, default=change.line) >= first - 1, change


def _first_difference(before: list[str], after: list[str]) -> int:
    """The line, from 1, where two texts part."""
    pairs = zip_longest(before, after)
    return next(line for line, (one, other) in enumerate(pairs, 1) if one != other)


def test_what_is_planted_among_the_mistakes_and_the_rewrites_is_found() -> None:
    wrong = built("exercise2", mistakes("exercise2")[0])
    right = built("exercise2", bundles("exercise2")[0])
    elsewhere = built("exercise4", mistakes("exercise4")[0])
    planted = [
        Mutant(**vars(right) | {"right": False, "gradient": "logits"}),
        Mutant(**vars(wrong) | {"right": True}),
        Mutant(**vars(wrong) | {"mistakes": frozenset({"not-summed"})}),
        Mutant(**vars(elsewhere) | {"gradient": "W1"}),
    ]
    passed, refused, misnamed, misplaced = map(miss, grade_all(planted, SEED))
    assert passed is not None and "not caught" in passed
    assert refused is not None and "accused" in refused
    assert misnamed is not None and "not not-summed" in misnamed
    assert misplaced is not None and "line: " in misplaced
    assert [*map(miss, grade_all([wrong, right], SEED))] == [None, None]


@pytest.mark.parametrize(
    ("old", "new", "right"),
    [
        ("dlogits.sum(0)", "dlogits.sum(0)", True),
        ("dlogits.sum(0)", "torch.einsum('ij->j', dlogits)", True),
        ("dlogits.sum(0)", "dnorm_logits.sum(0)", False),  # equal in the chain only
        ("dlogits.sum(0)", "dlogits.sum(0) * (1 + 1e-9)", False),
        ("dlogits.sum(0)", "dlogits.sum(0, keepdim=True)", True),  # broadcasts to the same
        ("dlogits.sum(0)", "dlogits.sum(0).unsqueeze(1)", False),
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
    assert FunctionOracle(exercise).right(source.replace(old, new)) is right


@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_oracle_passes_the_worked_answer(exercise: str) -> None:
    asked = load_exercise(exercise)
    source, oracle = worked_answer(asked).source, oracle_of(exercise)
    assert oracle.effect(source).harmless
    assert not isinstance(oracle, FunctionOracle) or oracle.right(source)


@pytest.mark.parametrize(
    ("exercise", "old", "new", "wrong"),
    [
        ("warmup5", "dxhat.mean(0)", "dxhat.sum(0) / n", set()),
        ("warmup5", "dxhat.mean(0)", "dxhat.mean(0) * (1 + 1e-9)", {"hprebn"}),
        ("warmup5", "var = x.var(0)", "var = x.var(0, unbiased=False)",
         {"running_var", "batchnorm_out", "bngain", "hprebn"}),
        ("warmup2", "+= out.data * out.grad", "+= out.grad * out.data", set()),
        ("warmup2", "+= out.data * out.grad", "+= out.data * out.grad * (1 + 1e-8)", {"c"}),
        ("warmup2", "reversed(ordered)", "ordered", {"graphs"}),
        ("exercise2", "dlogits /= n", "dlogits /= 32", {"anything"}),
    ],
)  # fmt: skip
def test_each_kinds_oracle_says_what_is_wrong(
    exercise: str, old: str, new: str, wrong: set[str]
) -> None:
    source = worked_answer(load_exercise(exercise)).source
    assert source.count(old) == 1
    effect = oracle_of(exercise).effect(source.replace(old, new))
    assert {effect.wrong, *effect.shared} - {""} == wrong
