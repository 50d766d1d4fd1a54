"""The batch size stands for the number of entries that a statistic is over.

**What it is.** The formula of a normalisation divides by the number of entries in each mean. That
number was taken to be the batch size, and the mean is over more dimensions than the batch.

**Why it matters.** The parts through the mean and the variance are then too large by a constant,
and only these: the gradient looks right where they are small.

**Example.** The mean of x `(4, 3, 5)` over dimensions 0 and 1 is over 12 entries, not over 4.

**How to see it.** `x.numel() // x.shape[-1]` counts them.
"""

from grader.diagnose.case import Case, Evidence
from grader.diagnose.terms import told


def find(case: Case) -> Evidence | None:
    return told(case, "batch-size-for-count")


def agree(one: Evidence, other: Evidence) -> Evidence | None:
    return one if one["used"] == other["used"] else None


def message(used: str, number: int, count: int) -> str:
    return (
        f"`{used}` ({number}) is used for the number of entries in each mean, which is {count}: "
        "the mean is over other dimensions as well."
    )
