"""Derivatives by differences are flagged for a teacher, and no formula is."""

from collections.abc import Iterator

import pytest

from grader.report import Report
from grader.syntax.dialect import usual
from tests.corpus import right_forms
from tests.grading import grade
from tests.worked import worked

NUMBERS = """
from math import exp, log, sin, sqrt, tanh

def backward(x, a, b, c, w):
    def loss(at):
        x, a, b, c, w = at
        squashed = tanh(sqrt(exp((a * b + c) / (3 * x**2 - 4 * x + 5) * sin(w * x)) + 1) - b)
        return log(3 * x**2 - 4 * x + 5 + squashed**3)

    def slope_in(place):
        def f(step):
            at = [x, a, b, c, w]
            at[place] += step
            return loss(at)
        STENCIL
    return {name: slope_in(at) for at, name in enumerate(["dx", "da", "db", "dc", "dw"])}
"""
FIFTH = "h = 1e-3\n        return (f(-2 * h) - 8 * f(-h) + 8 * f(h) - f(2 * h)) / (12 * h)"
EIGHTH = (
    "h = 1e-2\n"
    "        return sum(k * (f(n * h) - f(-n * h)) for n, k in"
    " enumerate([4 / 5, -1 / 5, 4 / 105, -1 / 280], 1)) / h"
)
# One entry after the other.
ENTRIES = """
import torch
import torch.nn.functional as F

def backward(n, Yb, logits):
    dlogits = torch.zeros_like(logits)
    h = 1e-2
    for j in range(logits.shape[1]):
        def f(step):
            moved = logits.clone()
            moved[:, j] += step
            return F.cross_entropy(moved, Yb, reduction="none")
        dlogits[:, j] = (4 / 5 * (f(h) - f(-h)) - 1 / 5 * (f(2 * h) - f(-2 * h))
                         + 4 / 105 * (f(3 * h) - f(-3 * h)) - 1 / 280 * (f(4 * h) - f(-4 * h))) / h
    dlogits /= n
    return locals()
"""
# All of a row's at once.
IN_ROWS = """
import torch
import torch.nn.functional as F

def backward(n, Yb, logits):
    h, V = 1e-2, logits.shape[1]
    dlogits = torch.zeros_like(logits)
    for i in range(n):
        def f(step):
            return F.log_softmax(logits[i] + step * torch.eye(V), 1)[:, Yb[i]]
        dlogits[i] = -(8 * (f(h) - f(-h)) - (f(2 * h) - f(-2 * h))) / (12 * h) / n
    return locals()
"""
# By tanh at four points, in a file that derives all else.
TANH_AT_FOUR = """
    h_ = 1e-3
    f = torch.tanh
    slope = (8 * (f(hpreact + h_) - f(hpreact - h_)) - (f(hpreact + 2 * h_) - f(hpreact - 2 * h_)))
    dhpreact = slope / (12 * h_) * dh
"""
COMPLEX = """
import torch
import torch.nn.functional as F

def backward(n, Yb, logits):
    dlogits = torch.zeros_like(logits)
    for i in range(n):
        for j in range(logits.shape[1]):
            moved = logits[i] + 0j
            moved[j] += 1e-20j
            dlogits[i, j] = (moved.exp().sum().log() - moved[Yb[i]]).imag / 1e-20 / n
    return locals()
"""
COMPLEX_NUMBERS = (
    worked("warmup1")
    .replace("dcubed = dtotal", "dcubed = (total + 1e-20j).imag / 1e-20 * dtotal")
    .replace("dcubed = dtotal", "")
)
ROOT_OF_MINUS_ONE = worked("warmup1").replace(
    "dcubed = dtotal", "dcubed = (total + 1e-20 * (-1) ** 0.5).imag / 1e-20 * dtotal"
)


def of_type(name: str) -> str:
    """A right answer that holds complex numbers besides; no operator is seen to work on them."""
    return f"import torch\nunused = torch.zeros(2).to(torch.{name})\n{worked('exercise2')}"


def flagged(report: Report) -> list[str]:
    return [flag.message for flag in report.flags if flag.flag == "looks-measured"]


def tanh_at_four() -> str:
    source = worked("exercise4")
    line = "    dhpreact = (1.0 - h**2) * dh\n"
    assert source.count(line) == 1
    return source.replace(line, TANH_AT_FOUR)


@pytest.mark.parametrize(
    ("exercise", "source", "begins"),
    [
        ("exercise2", ENTRIES, "Line 12 asks `aten."),
        ("exercise2", IN_ROWS, "Line 10 asks `aten."),
        ("exercise4", tanh_at_four(), "Line "),
        ("exercise2", COMPLEX, "Line 9 works with complex numbers"),
        ("warmup1", COMPLEX_NUMBERS, "Line "),
        ("warmup1", ROOT_OF_MINUS_ONE, "Line "),
        ("exercise2", of_type("cfloat"), "Line 2 works with complex numbers"),
        ("exercise2", of_type("\uff43float"), "Line 2 works with complex numbers"),
    ],
    ids=["entries", "rows", "tanh", "complex", "complex numbers", "root", "type", "its look-alike"],
)
def test_a_measured_gradient_is_flagged(exercise: str, source: str, begins: str) -> None:
    report = grade(exercise, source, dialect=usual())
    assert flagged(report), (report.error, report.gradients[0])
    assert flagged(report)[0].startswith(begins)
    assert report.error is None  # it is not refused
    assert flagged(grade(exercise, source)) == []  # of one's own code nobody asks


@pytest.mark.parametrize("stencil", [FIFTH, EIGHTH], ids=["fifth", "eighth"])
def test_what_is_less_exact_than_a_formula_is_flagged_or_refused(stencil: str) -> None:
    report = grade("warmup1", NUMBERS.replace("STENCIL", stencil), dialect=usual())
    right = [g for g in report.gradients if g.passes]
    assert bool(flagged(report)) == bool(right)
    wrong = [g.diagnosis.mistake for g in report.gradients if g.diagnosis and g.verdict == "wrong"]
    assert set(wrong) <= {"measured"}
    assert right or wrong


def formulas() -> Iterator[tuple[str, str, str]]:
    for at, form in enumerate(right_forms()):
        if at % 6 == 0:
            yield form.exercise, form.name, form.source
    for name in (
        "warmup2",
        "warmup4",
        "warmup5",
        "exercise3",
        "exercise6",
        "exercise7",
        "exercise10",
    ):
        yield name, "worked", worked(name)


def test_no_formula_is_refused_or_flagged() -> None:
    for exercise, name, source in formulas():
        report = grade(exercise, source, dialect=usual())
        assert report.passed, (exercise, name, report.error)
        assert flagged(report) == [], (exercise, name)
