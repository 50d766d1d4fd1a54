"""Taken along the wrong dimension, or over everything.

**What it is.** Each column should have a statistic of its own; here it was computed for
each row, or once for the whole matrix.

**Why it matters.** The shapes often fit by broadcasting, so there is no error. Over the
features of each example it is LayerNorm, a different layer.

**Example.** For x `(4, 5)`: `x.sum(0)` has 5 entries, `x.sum(1)` has 4, and `x.sum()` is
one number.

**How to see it.** How many numbers should the result have, and which dimension has to go to
leave that many?
"""

from grader.diagnose.case import Case, Evidence
from grader.diagnose.predicted_by_course import foretold


def find(case: Case) -> Evidence | None:
    return {"value": case.name} if foretold(case, "wrong-axis") else None


def message(value: str) -> str:
    return f"{value} has statistics taken along the wrong dimension, or over everything."
