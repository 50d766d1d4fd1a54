"""The running statistics stay where they started.

**What it is.** No batch leaves a trace: the update is missing, or what it works out is not
kept.

**Why it matters.** In training nothing shows, for there the batch's own are used. At
inference the layer does not normalise at all.

**Example.** A counter that works out `count + 1` and does not keep it stands at 0 for ever.

**How to see it.** Call the layer in training, and look at the running statistics before and
after.
"""

from grader.diagnose.mistakes.case import Case, Evidence
from grader.diagnose.mistakes.foretold import foretold


def find(case: Case) -> Evidence | None:
    return {"value": case.name} if foretold(case, "statistics-not-updated") else None


def message(value: str) -> str:
    return f"{value} is what it was at the start: no batch has moved it."
