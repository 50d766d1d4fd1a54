"""The absolute value was left out before a comparison.

**What it is.** A size is compared with a limit, but only one side of zero is checked.

**Why it matters.** Values far out on the other side are missed.

**Example.** Of -3, 1 and 3, two are further than 2 from zero; `x > 2` finds only one.

**How to see it.** Flip all the signs of the input: the result should not change.
"""

from grader.diagnose.case import Case, Evidence
from grader.diagnose.predicted_by_course import foretold


def find(case: Case) -> Evidence | None:
    return {"value": case.name} if foretold(case, "abs-left-out") else None


def message(value: str) -> str:
    return f"{value} checks one side of zero only: values far below zero count as well."
