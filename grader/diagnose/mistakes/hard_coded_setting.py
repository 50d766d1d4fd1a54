"""A setting of the layer is written out as a number.

**What it is.** The layer is created with a setting (a momentum, an eps) and stores it in
`self`, but the line uses the default value as a literal number.

**Why it matters.** The layer works until somebody creates it with another setting, which is
then silently ignored.

**Example.** A layer stores `self.slope = slope`, with a default of 0.01, but its forward
pass computes `torch.where(x > 0, x, 0.01 * x)`.

**How to see it.** Create two layers with very different settings: do their results differ?
"""

from grader.diagnose.case import Case, Evidence
from grader.diagnose.predicted_by_course import foretold


def find(case: Case) -> Evidence | None:
    return {"value": case.name} if foretold(case, "hard-coded-setting") else None


def message(value: str) -> str:
    return (
        f"{value} is right only for a layer with the default setting: the setting is written as a "
        "number."
    )
