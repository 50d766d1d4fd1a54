"""Code that works with numbers: what counts as one, what stands before an error."""

import io
from typing import Any

import pytest
from rich.console import Console

from grader.course import EXERCISES
from grader.course.exercise import load_exercise
from grader.render.terminal import report_view
from tests.worked import rewritten, worked

NAME = "warmup1"
LAST = ("    dc = dd\n", "    dc = {}\n")
ALL = load_exercise(NAME).gradients


def answer(*rewrites: tuple[str, str]) -> str:
    return rewritten(NAME, *rewrites)


def with_dc(text: str) -> str:
    return answer((LAST[0], LAST[1].format(text)))


def verdicts(report: Any) -> dict[str, str]:
    return {str(gradient.name): str(gradient.verdict) for gradient in report.gradients}


def not_passing(report: Any) -> dict[str, str]:
    return {gradient.name: gradient.verdict for gradient in report.gradients if not gradient.passes}


# What counts as a number

NUMBERS = {
    "a float": "float(dd)",
    "numpy's float": "__import__('numpy').float64(dd)",
    "a tensor without dimensions": "__import__('torch').tensor(dd)",
    "a fraction": "__import__('fractions').Fraction(dd)",
}


@pytest.mark.parametrize("what", NUMBERS)
def test_a_number_of_another_make_passes(what: str, grade_text: Any) -> None:
    report = grade_text(with_dc(NUMBERS[what]), NAME)
    assert report.passed, not_passing(report)


def test_numpys_and_torchs_functions_pass(grade_text: Any) -> None:
    """Whose results are then worked with further down."""
    for head in (
        "from numpy import cos\n",
        "import torch\ncos = lambda x: torch.tensor(x).cos()\n",
    ):
        assert grade_text(answer(("from math import cos\n", head)), NAME).passed


def test_an_int_passes_where_it_is_right(grade_text: Any) -> None:
    source = answer(("slope_c = (a * b + (c + h) - d) / h", "slope_c = 1"))
    assert grade_text(source, NAME).passed


OTHERS = {
    "dd > 0": "Expected a number, got `bool`.",
    "'dd'": "Expected a number, got `str`.",
    "[dd]": "Expected a number, got `list`.",
    "lambda: dd": "Expected a number, got `function`.",
    "complex(dd)": "Expected a number, got `complex`.",
    "__import__('torch').tensor([dd])": "Expected a number, got a tensor of shape (1,).",
    "__import__('torch').tensor(True)": "Expected a number, got a tensor of shape ().",
    "__import__('numpy').array([dd])": "Expected a number, got `numpy.ndarray`.",
}


@pytest.mark.parametrize("text", OTHERS)
def test_what_is_no_number_is_told_so(text: str, grade_text: Any) -> None:
    report = grade_text(with_dc(text), NAME)
    assert not_passing(report) == {"c": "wrong"}
    diagnosis = report.first_own_error.diagnosis
    assert (diagnosis.mistake, diagnosis.message) == ("no-plain-number", OTHERS[text])
    assert report.flags == ()  # nothing to add to that


NOT_FINITE = {
    "float('nan')": "The result is nan at 6 of the points where it was tried.",
    "-float('inf')": "The result is -inf at 6 of the points where it was tried.",
    "10**400": "The result is inf at 6 of the points where it was tried.",
    "-(10**400)": "The result is -inf at 6 of the points where it was tried.",
    "dd if x > 1.5 else 1e999 * 0": "The result is nan at 4 of the points where it was tried.",
}


@pytest.mark.parametrize("text", NOT_FINITE)
def test_what_is_not_finite_is_told_so(text: str, grade_text: Any) -> None:
    report = grade_text(with_dc(text), NAME)
    assert not_passing(report) == {"c": "wrong"}
    assert report.first_own_error.diagnosis.message == NOT_FINITE[text]


def test_none_is_not_written_yet(grade_text: Any) -> None:
    assert not_passing(grade_text(with_dc("None"), NAME)) == {"c": "missing"}
    source = answer(("slope_c = (a * b + (c + h) - d) / h", "slope_c = None"))
    assert not_passing(grade_text(source, NAME)) == {"slope_c": "missing"}


# At every point


@pytest.mark.parametrize("text", ["dd if x > 1.5 else 2 * dd", "dd * (x < 1.9)"])
def test_a_derivative_that_is_right_at_some_points_only_is_wrong(
    text: str, grade_text: Any
) -> None:
    report = grade_text(with_dc(text), NAME)
    assert not_passing(report) == {"c": "wrong"}


def test_a_derivative_that_is_there_at_some_points_only_is_no_credit(grade_text: Any) -> None:
    assert not_passing(grade_text(with_dc("dd if x > 1.5 else None"), NAME)) == {"c": "missing"}


def test_of_a_number_the_report_tells_no_shape(grade_text: Any) -> None:
    report = grade_text(with_dc("dd if x > 1.5 else 2 * dd"), NAME)
    shown = screen(report)
    assert "expected 0.0160904." in shown
    assert "shape" not in shown
    assert "approximate: right. A measured slope is never exact." in shown
    shown = screen(grade_text(with_dc("dd * (1 + 1e-7)"), NAME))
    assert "float32" not in shown


def screen(report: Any) -> str:
    console = Console(file=io.StringIO(), width=400, highlight=False)
    with console.capture() as caught:
        console.print(report_view(report, load_exercise(NAME)))
    return caught.get()


def test_a_value_in_between_is_no_misspelled_gradient(grade_text: Any) -> None:
    """`above` is near to `dwave` in letters."""
    source = worked(NAME)
    report = grade_text(source[: source.index("    dwave = ")] + "    return locals()\n", NAME)
    assert report.flags == ()
    report = grade_text(answer(("    slope_c = ", "    slop_c = ")), NAME)
    assert [flag.message for flag in report.flags] == [
        "`slope_c` was not returned; did you mean slop_c?"
    ]


def test_the_numbers_of_one_point_are_no_answer(grade_text: Any) -> None:
    """Not even where they are right at the first point of every trial."""
    source = answer(("def backward(", "seen = []\n\n\ndef backward(")).replace(
        LAST[0], "    seen.append(dd)\n    dc = seen[0]\n"
    )
    assert "c" in not_passing(grade_text(source, NAME))


# An error part-way

AFTER = ("w", "a", "b", "c", "x")  # what stands below the line that is spoiled
DW = "    dw = "
ENDINGS = {
    "1 / 0": ("inherited", "ZeroDivisionError"),  # the lines below are right alone
    "1 / (x > 1.5)": ("inherited", "ZeroDivisionError"),  # at some points
    "raise SystemExit": ("errored", "sys.exit()"),
    "while True: pass": ("timeout", "still running"),
    "while x > 1.5: pass": ("timeout", "still running"),
}


@pytest.mark.parametrize("text", ENDINGS)
def test_what_stands_before_an_error_is_graded_at_every_point(text: str, grade_text: Any) -> None:
    verdict, said = ENDINGS[text]
    source = answer((DW, f"    {text}\n{DW}"), ("dd = dratio / curve", "dd = -dratio / curve"))
    report = grade_text(source, NAME, timeout=1.0)
    found = verdicts(report)
    assert found == {
        name: verdict if name in AFTER else "wrong" if name == "d" else found[name] for name in ALL
    }
    assert {found[name] for name in ALL if name not in AFTER and name != "d"} <= {
        "exact",
        "approximate",
    }
    assert said in report.error
    (sign,) = [g.diagnosis.mistake for g in report.gradients if g.name == "d"]
    assert sign == "sign-flipped"  # a line above the error is looked at as ever


def test_time_is_shared_by_the_points(grade_text: Any) -> None:
    """Every point has a share of it, and all together no more than the limit."""
    source = answer((DW, f"    __import__('time').sleep(0.03)\n{DW}"))
    assert grade_text(source, NAME, timeout=2.0).passed
    report = grade_text(source, NAME, timeout=0.12)
    assert verdicts(report)["x"] == "timeout"
    assert verdicts(report)["d"] in ("exact", "approximate")


# The whole answer


def test_each_line_is_judged_with_what_it_should_have_been_given(grade_text: Any) -> None:
    report = grade_text(answer(("dsquashed = dcubed *", "dsquashed = 2 * dcubed *")), NAME)
    found = verdicts(report)
    assert found["squashed"] == "wrong"
    inherited = {name for name, verdict in found.items() if verdict == "inherited"}
    assert inherited == set(ALL[ALL.index("root") :])


def test_the_lectures_view_is_float64_for_numbers(grade_text: Any) -> None:
    """All but what is measured, and what is a sum in another order, is exact."""
    report = grade_text(worked(NAME), NAME)
    inexact = {gradient.name for gradient in report.gradients if not gradient.exact}
    assert inexact == {"slope", "slope_a", "slope_b", "slope_c", "x"}
    assert all(g.maxdiff < 1e-9 for g in report.gradients if g.maxdiff is not None)
    assert NAME in EXERCISES
