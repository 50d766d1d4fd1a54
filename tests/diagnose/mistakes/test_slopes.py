"""Measured slopes that are off: the step, what was moved, what the quotient lacks."""

from collections.abc import Callable

import pytest

from grader.report import Diagnosis, GradientReport, Report
from tests.worked import Rewrite, rewritten

SLOPE = "slope = (above - below) / (2 * h)"
SLOPE_A = "slope_a = ((a + h) * b + c - d) / h"
STEP = "    h = 1e-5\n"
# The other slopes by hand, so that h is that of one.
BY_HAND = ((SLOPE_A, "slope_a = b"), ("slope_b = (a * (b + h) + c - d) / h", "slope_b = a"),
           ("slope_c = (a * b + (c + h) - d) / h", "slope_c = 1"))  # fmt: skip
FORMS = {
    "central": SLOPE,
    "forward": "slope = (above - curve) / h",
    "backward": "slope = (curve - below) / h",
}
ONE_SIDED = ("forward", "backward")
Grade = Callable[..., Report]


def graded(grade_text: Grade, name: str, *rewrites: Rewrite) -> GradientReport:
    """The report on one value; all others are to pass."""
    report = grade_text(rewritten("warmup1", *rewrites), "warmup1")
    (found,) = [gradient for gradient in report.gradients if gradient.name == name]
    assert {g.name for g in report.gradients if not g.passes} <= {name}
    return found


def measured(grade_text: Grade, form: str, step: str) -> GradientReport:
    return graded(grade_text, "slope", (STEP, f"    h = {step}\n"), (SLOPE, FORMS[form]), *BY_HAND)


def diagnosis(gradient: GradientReport) -> Diagnosis:
    assert gradient.verdict == "wrong"
    assert gradient.diagnosis is not None
    assert "also_fits" not in gradient.diagnosis.evidence
    return gradient.diagnosis


@pytest.mark.parametrize("form", ONE_SIDED)
@pytest.mark.parametrize("step", ["1.0", "0.5", "0.1", "0.02", "0.001", "1 / 300", "1e-4"])
def test_a_step_that_is_too_large_is_named(form: str, step: str, grade_text: Grade) -> None:
    found = diagnosis(measured(grade_text, form, step))
    assert found.mistake == "wrong-step"
    size = f"{eval(step):.2g}"
    assert found.message == (
        f"This is the slope of the line through two points {size} apart: h is too large."
    )


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("step", ["1e-5", "3e-6", "1e-7", "1e-8", "1e-9"])
def test_a_step_in_between_is_right(form: str, step: str, grade_text: Grade) -> None:
    assert measured(grade_text, form, step).passes


@pytest.mark.parametrize("step", ["1.0", "0.1", "0.01", "0.001", "1e-4"])
def test_a_large_step_to_both_sides_is_right_on_a_parabola(step: str, grade_text: Grade) -> None:
    assert measured(grade_text, "central", step).passes


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("step", ["1e-11", "1e-12", "3e-13", "1e-14", "7e-15", "1e-15"])
def test_a_step_that_is_too_small_is_named(form: str, step: str, grade_text: Grade) -> None:
    found = diagnosis(measured(grade_text, form, step))
    assert found.mistake == "wrong-step"
    assert found.message.startswith("Only rounding error is left of the difference: h is too small")
    if not found.message.endswith("small."):
        assert found.message.endswith(f"({step}).")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("step", ["1e-16", "1e-17", "0.0 or 1e-300"])
def test_where_nothing_moves_it_says_so(form: str, step: str, grade_text: Grade) -> None:
    found = diagnosis(measured(grade_text, form, step))
    assert found.mistake == "wrong-step"
    assert found.message.startswith("Nothing moved: ")


WRONG_FORMULAS = (
    "6 * x", "3 * x - 4", "6 * x + 4", "6.1 * x - 4.2", "6.02 * x - 4.03", "6 * x - 3.9",
    "6 * x - 3", "6 * x - 4.1", "3 * x**2", "2 * x", "x", "curve", "0", "0.0", "4.0", "6 * (x + h)",
    "round(6 * x - 4, 3)", "round(6 * x - 4, 1)", "round(6 * x - 4)",
    "6 * x - 4 + 1e-3 * cos(1000 * x)", "(6 * x - 4) * (1 + 1e-3 * cos(1000 * x))",
)  # fmt: skip


@pytest.mark.parametrize("formula", WRONG_FORMULAS)
def test_a_wrong_formula_is_no_step_of_the_wrong_size(formula: str, grade_text: Grade) -> None:
    """Though it is off by little, to both sides, or by the same everywhere."""
    gradient = graded(grade_text, "slope", (SLOPE, f"slope = {formula}"))
    assert gradient.verdict == "wrong"
    assert gradient.diagnosis is None


QUOTIENTS = {
    "above - curve": "This is how far the result moved; it still has to be divided by",
    "above - below": "This is how far the result moved; it still has to be divided by",
    "(above - below) / 2 * h": "This is how far the result moved; it still has to be divided by",
    "above / h": "Far too large: nothing, or the wrong thing, is subtracted",
    "-below / (2 * h)": "Far too large: nothing, or the wrong thing, is subtracted",
    "(above + below) / (2 * h)": "Far too large: nothing, or the wrong thing, is",
    "above - curve / h": "Far too large: nothing, or the wrong thing, is subtracted",
    "(above + curve) / h": "Far too large: nothing, or the wrong thing, is subtracted",
}


@pytest.mark.parametrize("quotient", QUOTIENTS)
def test_what_the_quotient_lacks_is_named(quotient: str, grade_text: Grade) -> None:
    found = diagnosis(graded(grade_text, "slope", (SLOPE, f"slope = {quotient}")))
    assert found.mistake == "no-difference-quotient"
    assert found.message.startswith(QUOTIENTS[quotient])


OTHERS = {
    "(above - below) / h": ("wrong-factor", "2 times what it should be"),
    "(above - curve) / (2 * h)": ("wrong-factor", "1/2 times what it should be"),
    "(curve - above) / h": ("sign-flipped", "negative"),
    "(below - above) / (2 * h)": ("sign-flipped", "negative"),
}


@pytest.mark.parametrize("quotient", OTHERS)
def test_a_measured_slope_may_have_other_mistakes(quotient: str, grade_text: Grade) -> None:
    found = diagnosis(graded(grade_text, "slope", (SLOPE, f"slope = {quotient}")))
    mistake, said = OTHERS[quotient]
    assert found.mistake == mistake
    assert said in found.message


MOVED = {
    "(a * (b + h) + c - d) / h": "b grows",
    "(a * b + (c + h) - d) / h": "c grows",
    "a": "b grows",
    "((a + h) * (b + h) + c - d) / h": "a and b grow",
    "((a + h) * b + (c + h) - d) / h": "a and c grow",
    "((a + h) * (b + h) + (c + h) - d) / h": "a, b and c grow",
}


@pytest.mark.parametrize("quotient", MOVED)
def test_the_number_that_was_moved_is_named(quotient: str, grade_text: Grade) -> None:
    found = diagnosis(graded(grade_text, "slope_a", (SLOPE_A, f"slope_a = {quotient}")))
    assert found.mistake == "wrong-number-moved"
    assert found.message == (f"This is the slope when {MOVED[quotient]}; only a should grow.")
