"""A variance for a standard deviation, or the other way round.

**What it is.** The variance is the square of the standard deviation. A root is missing, or there
is one too many.

**Why it matters.** Near 1 the two are close and nothing looks wrong; far from it one is
much too large or much too small.

**Example.** Of 0 and 20, with n, the variance is 100 and the standard deviation 10.

**How to see it.** Measure the input in other units, a hundred times smaller: a deviation
grows by 100, a variance by 10,000.
"""

from grader.diagnose.mistakes.case import Case, Evidence
from grader.diagnose.mistakes.foretold import foretold


def find(case: Case) -> Evidence | None:
    return {"value": case.name} if foretold(case, "variance-for-deviation") else None


def message(value: str) -> str:
    return (
        f"{value} has a variance for a deviation, or the reverse: a root too few, or one too many."
    )
