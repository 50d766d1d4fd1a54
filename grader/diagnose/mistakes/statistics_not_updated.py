"""The running statistics are never updated.

**What it is.** No batch changes them: the update is missing, or its result is not stored.

**Why it matters.** Training does not show it, because there the batch's own statistics are
used. At inference the layer does not normalise at all.

**Example.** A counter that computes `count + 1` without storing it stays at 0 for ever.

**How to see it.** Call the layer in training, and compare the running statistics before and
after.
"""

from grader.diagnose.case import Case, Evidence
from grader.diagnose.predicted_by_course import foretold


def find(case: Case) -> Evidence | None:
    return {"value": case.name} if foretold(case, "statistics-not-updated") else None


def message(value: str) -> str:
    return f"{value} still has its initial value: no batch has updated it."
