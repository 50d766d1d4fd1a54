"""The running statistic is that of the last batch.

**What it is.** The new batch's statistic overwrites the old value instead of being mixed
into it.

**Why it matters.** A single batch is noisy. At inference, the network would depend on which
batch happened to come last.

**Example.** Start at 0 and give each new value the weight 0.1: after readings of 4 and 8
the average is 1.16. Overwritten, it is 8.

**How to see it.** Does the old value appear on the right-hand side of its own update?
"""

from grader.diagnose.case import Case, Evidence
from grader.diagnose.predicted_by_course import foretold


def find(case: Case) -> Evidence | None:
    return {"value": case.name} if foretold(case, "last-batch-only") else None


def message(value: str) -> str:
    return f"{value} is the last batch's alone: its old value was overwritten, not mixed in."
