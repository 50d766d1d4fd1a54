"""The running statistics are used in training.

**What it is.** During training a layer should normalise by the current batch; this one uses
the running statistics gathered so far.

**Why it matters.** At the start they are 0 and 1, so nothing is normalised. And the
backward pass is a different one, because the running statistics do not depend on x in the
same way.

**Example.** To compare the marks within one class you use the mean of that class, not the
mean of the school.

**How to see it.** In training, the output without its gain and bias should have mean 0 and
standard deviation 1 in each column.
"""

from grader.diagnose.case import Case, Evidence
from grader.diagnose.predicted_by_course import foretold


def find(case: Case) -> Evidence | None:
    return {"value": case.name} if foretold(case, "running-used-in-training") else None


def message(value: str) -> str:
    return (
        f"{value} uses the running statistics; in training it should use the batch's own mean and "
        "variance."
    )
