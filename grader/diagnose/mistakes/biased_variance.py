"""A variance is divided by n instead of n - 1.

**What it is.** The mean is computed from the same n numbers, so their squared distances
from it are a little too small on average. Dividing by n - 1 makes up for that; dividing by
n does not. torch's `var` divides by n - 1 unless it is told otherwise.

**Why it matters.** With batches of 32 the difference is 3 %, with batches of 2 it is a
factor of 2. The formulas of the backward pass contain the same n - 1.

**Example.** The variance of 1 and 3 is 2 with n - 1, and 1 with n.

**How to see it.** Compare with `x.var(0)`; then look for `unbiased=False`, `correction=0`,
or a mean of squares.
"""

from grader.diagnose.case import Case, Evidence
from grader.diagnose.predicted_by_course import foretold


def find(case: Case) -> Evidence | None:
    return {"value": case.name} if foretold(case, "biased-variance") else None


def message(value: str) -> str:
    return f"{value} uses a variance divided by n; the forward pass divides by n - 1."
