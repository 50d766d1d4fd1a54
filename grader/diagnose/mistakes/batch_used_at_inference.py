"""The batch's own statistics are used at inference.

**What it is.** Once training is over, a layer should use the running statistics that it
gathered. This one uses those of the current batch.

**Why it matters.** A single example has no variance, and the prediction for one name would
depend on which other names happen to be in the same batch.

**Example.** You calibrate a kitchen scale once, not again with everything you put on it.

**How to see it.** Give the layer a single example: what comes out?
"""

from grader.diagnose.case import Case, Evidence
from grader.diagnose.predicted_by_course import foretold


def find(case: Case) -> Evidence | None:
    return {"value": case.name} if foretold(case, "batch-used-at-inference") else None


def message(value: str) -> str:
    return (
        f"{value} uses the batch's own mean and variance; at inference it should use the running "
        "statistics."
    )
