"""The running statistics change at inference.

**What it is.** The update is in a place that runs at inference as well as in training.

**Why it matters.** Asking the network for a prediction changes its later predictions.

**Example.** Reading a thermometer should not recalibrate it.

**How to see it.** Call the layer twice at inference with the same input: the output should
be the same, and the running statistics should not have changed.
"""

from grader.diagnose.case import Case, Evidence
from grader.diagnose.predicted_by_course import foretold


def find(case: Case) -> Evidence | None:
    return {"value": case.name} if foretold(case, "updated-at-inference") else None


def message(value: str) -> str:
    return f"{value} changed when the layer was called at inference; only training may change it."
