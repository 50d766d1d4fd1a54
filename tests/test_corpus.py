"""Every form in tests/corpus: right ones pass, wrong ones are refused on their line, by name."""

import pytest

from grader.course import EXERCISES
from grader.course.exercise import load_exercise
from grader.report import PASSING, Report
from tests.corpus import Form, code_of, right_forms, wrong_forms
from tests.grading import SEED, grade
from tests.mutation.oracles import oracle_of
from tests.mutation.oracles.functions import FunctionOracle

SEEDS = (SEED, 1, 7)
# What takes a second or two: every other form on each change, all by python -m tests.mutation.
COSTLY = ("exercise8", "warmup2")
# What the oracles cannot tell. They run the code in float64 as it stands, with the worked answer's
# parameters, each operation or layer by itself.
NOT_TOLD = {
    "exercise1": {
        "dlogprobs by one-hot", "db2 with its dtype spelled out", "dC by a one-hot product",
        "dC by einsum", "one-hot by type", "one-hot by the name of a type",
        "float32 imported by name", "its parameters by **", "positions only",
        "a parameter of its own", "an object that can be called", "right in float64 only",
    },
    "warmup2": {
        "numbers that are tensors", "a relu that gives back what it was given",
        "a table of derivatives", "the lecture's own",
    },
    "warmup5": {
        "a layer's own kept in the class", "a layer's own kept in the file",
        "what the layer before keeps, written to",
    },
}  # fmt: skip


def graded_here(forms: tuple[Form, ...]) -> list[Form]:
    return [form for at, form in enumerate(forms) if at % 2 or form.exercise not in COSTLY]


def label(form: Form) -> str:
    return f"{form.exercise}: {form.name}"


def refusals(report: Report) -> str:
    """What stands in the way of a pass, for a readable failure."""
    found = [f"{g.name} {g.verdict}: {g.diagnosis}" for g in report.gradients if not g.passes]
    return "; ".join([*found, report.error or ""])


@pytest.mark.parametrize(
    ("seed", "form"),
    [(SEEDS[at % len(SEEDS)], form) for at, form in enumerate(graded_here(right_forms()))],
    ids=lambda given: label(given) if isinstance(given, Form) else "",
)
def test_a_right_form_passes(seed: int, form: Form) -> None:
    # Time enough for numbers that are tensors, on a machine that does much else.
    report = grade(form.exercise, form.source, seed=seed, timeout=60.0)
    assert report.passed, refusals(report)
    assert all(gradient.verdict in PASSING for gradient in report.gradients)
    assert tuple(flag.flag for flag in report.flags) == form.flags


@pytest.mark.parametrize("form", graded_here(wrong_forms()), ids=label)
def test_a_wrong_form_is_refused_on_its_line_and_by_name(form: Form) -> None:
    report = grade(form.exercise, form.source)
    assert not report.passed
    first = report.first_own_error
    assert first is not None
    mistake = first.diagnosis.mistake if first.diagnosis else None
    assert (first.name, first.verdict, mistake) == (form.gradient, form.verdict, form.mistake)
    assert first.line in form.lines
    own = [g.name for g in report.gradients if not g.passes and g.verdict != "inherited"]
    assert tuple(own) == form.own
    assert tuple(flag.flag for flag in report.flags) == form.flags


@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_oracle_agrees(exercise: str) -> None:
    """It runs the form here and knows nothing of the grader: what stands in the corpus is so."""
    told = {form.name for form in (*right_forms(), *wrong_forms()) if _told(form, exercise)}
    asked = {form.name for form in (*right_forms(), *wrong_forms()) if form.exercise == exercise}
    assert asked - told == NOT_TOLD.get(exercise, set())


def _told(form: Form, exercise: str) -> bool:
    if form.exercise != exercise:
        return False
    oracle = oracle_of(exercise)
    try:
        right = oracle.effect(form.source).harmless
        # By luck the chain may come out right; then a line alone does not.
        if right and form.gradient and isinstance(oracle, FunctionOracle):
            right = oracle.right(form.source)
    except Exception:  # the form raises, as wrong ones may
        right = False
    return right is not bool(form.gradient)


def test_a_form_stands_there_once_and_is_not_the_worked_answer() -> None:
    forms = (*right_forms(), *wrong_forms())
    assert len({(form.exercise, form.name) for form in right_forms()}) == len(right_forms())
    assert len({(form.exercise, form.name) for form in wrong_forms()}) == len(wrong_forms())
    assert len({(form.exercise, form.source) for form in forms}) == len(forms)
    assert all(form.source != code_of(form.exercise) for form in forms)


def test_of_each_exercise_there_are_wrong_forms_and_of_most_gradients() -> None:
    of_first = {form.gradient for form in wrong_forms() if form.exercise == "exercise1"}
    assert len(of_first) >= len(load_exercise("exercise1").gradients) // 2
    assert len(right_forms()) >= 190
    assert len(wrong_forms()) >= 300
