"""A setting of the layer is written out as a number.

**What it is.** The layer was made with a setting (a momentum, an eps), keeps it in `self`, and
the line has the setting's usual value in its place.

**Why it matters.** It is right until somebody makes the layer with another one: then that is
ignored, without a word.

**Example.** A layer that keeps `self.slope = slope`, with a default of 0.01, and in its forward
pass has `torch.where(x > 0, x, 0.01 * x)`.

**How to see it.** Make two layers with settings far apart: do they give different results?
"""

from grader.diagnose.mistakes.case import Case, Evidence
from grader.diagnose.mistakes.foretold import foretold


def find(case: Case) -> Evidence | None:
    return {"value": case.name} if foretold(case, "hard-coded-setting") else None


def message(value: str) -> str:
    return f"{value} is right for a layer with the usual setting only: it is written as a number."
