"""The running statistics move at inference.

**What it is.** The update stands where it runs in inference as well as in training.

**Why it matters.** Whoever asks the network something changes what it will say next.

**Example.** A thermometer's scale is drawn once; it is not drawn anew at each reading.

**How to see it.** Call the layer twice at inference with the same input: the same has to
come out, and nothing may have changed.
"""

from grader.diagnose.mistakes.case import Case, Evidence
from grader.diagnose.mistakes.foretold import foretold


def find(case: Case) -> Evidence | None:
    return {"value": case.name} if foretold(case, "updated-at-inference") else None


def message(value: str) -> str:
    return f"{value} moved when the layer was called at inference; it is to learn in training only."
