"""The two weights of a running average do not add up to 1.

**What it is.** A running average mixes the old value with the new one. If the two weights
do not add up to 1, it drifts away from what it should track.

**Why it matters.** Fed the same value again and again, the average should settle at that
value. With other weights it settles somewhere else, or grows without bound.

**Example.** From an old 4 and a new 4, the weights 0.9 and 0.1 give 4 again; 1 and 0.1 give
4.4.

**How to see it.** Add the two weights.
"""

from grader.diagnose.case import Case, Evidence
from grader.diagnose.predicted_by_course import foretold


def find(case: Case) -> Evidence | None:
    return {"value": case.name} if foretold(case, "average-weights") else None


def message(value: str) -> str:
    return f"The weights of the old and the new value in {value} do not add up to 1."
