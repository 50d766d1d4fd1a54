"""Signs that a right gradient was measured by differences, for a teacher to look at.

They decide nothing. A formula is wrong in its last digits only: over all right forms of the tests
the median of a row's relative errors is below 1e-15 in float64, and a difference over a real step,
of the eighth order too, is above 8e-15. A complex step is as exact as a formula, and is seen by its
numbers.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeGuard

import torch

from grader.judge.facts import Facts
from grader.protocol.messages import Answer
from grader.syntax.submission import Submission
from grader.tensors import TOLERANCE

# What makes complex numbers of floats, or takes them apart: (-1) ** 0.5 is one that no name makes.
# (A child sees the operators that ask for more than arithmetic, and is told of what these work on.)
COMPLEX = frozenset((
    "cdouble", "cfloat", "chalf", "complex", "complex128", "complex32", "complex64", "conj",
    "conjugate", "fft", "imag", "polar", "real", "view_as_complex",
))  # fmt: skip
MAY_BE_COMPLEX = re.compile(rf"[\d.][jJ]\b|\b({'|'.join(sorted(COMPLEX))})\b")
BY_NUMBERS = ("complex", "long")  # what a child says instead of an operator's name
# Of the median relative error. Numbers go through fewer roundings than tensors do.
CLOSEST_OF_NUMBERS, CLOSEST = 4e-15, 2e-14


@dataclass(frozen=True)
class Sign:
    """What was seen: one of these. A key of messages.MEASURED."""

    how: str
    row: str = ""
    line: int = 0
    what: str = ""


def signs_of_measuring(facts: Facts) -> Iterator[Sign]:
    """Of somebody else's code, at most one of each kind."""
    if facts.submission.dialect is None or facts.forbidden is not None:
        return
    answers = (run.answer for run in facts.chain if isinstance(run.answer, Answer))
    line, what = next((a.measured for a in answers if a.measured is not None), (0, ""))
    made_at = _complex_number(facts.submission)
    if made_at is not None and what in ("", "complex"):
        yield Sign("complex", line=made_at)
    elif what:
        yield Sign(what if what in BY_NUMBERS else "shifted", line=line, what=what)
    inexact = [name for name in facts.exercise.gradients if _inexact(facts, name)]
    if inexact:
        yield Sign("inexact", row=inexact[0], what=f"{_error(facts, inexact[0]):.0e}")


def _inexact(facts: Facts, name: str) -> bool:
    exercise, comparison = facts.exercise, facts.comparisons[name][1]
    if comparison is None or not comparison.right or name in exercise.values:
        return False
    if comparison.maxdiff == 0:
        return False
    closest = CLOSEST_OF_NUMBERS if exercise.points else CLOSEST
    return _error(facts, name) > closest


def _error(facts: Facts, name: str) -> float:
    """The median of the relative errors, where the gradient is more than rounding."""
    run = facts.decision
    given, expected = run.given[name], run.reference.gradients[name]
    counted = expected.abs() > TOLERANCE * run.reference.scale(name)
    if given.shape != expected.shape or not counted.any():
        return 0.0
    off = ((given - expected).abs() / expected.abs())[counted]
    return float(torch.median(off))


def _complex_number(submission: Submission) -> int | None:
    """The first line where one is made or taken apart: of Python's own, or of a tensor's."""
    source = submission.source  # other letters may look like these, and name the same
    if source.isascii() and not MAY_BE_COMPLEX.search(source):
        return None
    nodes = ast.walk(submission.tree)
    return min((node.lineno for node in nodes if _is_complex(node)), default=None)


def _is_complex(node: ast.AST) -> TypeGuard[ast.expr]:
    match node:
        case ast.Constant(value=complex()) | ast.Name(id="complex", ctx=ast.Load()):
            return True
        case ast.Attribute(attr=name):
            return name in COMPLEX
    return False
