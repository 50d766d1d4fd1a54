"""The batch's own statistics are used at inference.

**What it is.** Where training is over, a layer is to use the statistics it has gathered.
This one takes those of the batch at hand.

**Why it matters.** A single example has no variance, and what the network says of one name
would depend on the others that happen to be beside it.

**Example.** A scale that was set to zero with an empty cup is not set anew with each thing
that is weighed.

**How to see it.** Give it one example alone: what comes out?
"""

from grader.diagnose.mistakes.case import Case, Evidence
from grader.diagnose.mistakes.foretold import foretold


def find(case: Case) -> Evidence | None:
    return {"value": case.name} if foretold(case, "batch-used-at-inference") else None


def message(value: str) -> str:
    return f"{value} comes from the batch's own mean and variance; the running ones are due."
