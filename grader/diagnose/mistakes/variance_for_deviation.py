"""The variance and the standard deviation were confused.

**What it is.** The variance is the square of the standard deviation. A square root is
missing, or there is one too many.

**Why it matters.** Near 1 the two are close and nothing looks wrong; far from 1 the result
is much too large or much too small.

**Example.** The variance of 0 and 20 (with n) is 100, the standard deviation 10.

**How to see it.** Multiply the input by 100: the standard deviation grows by a factor of
100, the variance by 10,000.
"""

from grader.diagnose.case import Case, Evidence
from grader.diagnose.predicted_by_course import foretold


def find(case: Case) -> Evidence | None:
    return {"value": case.name} if foretold(case, "variance-for-deviation") else None


def message(value: str) -> str:
    return f"{value} confuses variance and standard deviation: a square root too few or too many."
