"""Taken along the wrong dimension, or over everything.

**What it is.** A statistic of each column is taken along the rows; here it is that of each
row, or one for the whole matrix.

**Why it matters.** The shapes often fit by broadcasting, and nothing warns. Over the
features of each example it is LayerNorm, which is another layer.

**Example.** For x `(4, 5)`: `x.sum(0)` has 5 entries, `x.sum(1)` has 4, and `x.sum()` is
one number.

**How to see it.** How many numbers are due, and which dimension has to go so that these are
left?
"""

from grader.diagnose.mistakes.case import Case, Evidence
from grader.diagnose.mistakes.foretold import foretold


def find(case: Case) -> Evidence | None:
    return {"value": case.name} if foretold(case, "wrong-axis") else None


def message(value: str) -> str:
    return f"{value} is taken along the wrong dimension: each column has a statistic of its own."
