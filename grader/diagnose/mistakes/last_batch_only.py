"""The running statistic is that of the last batch.

**What it is.** What the earlier batches left is written over instead of being mixed with
the new.

**Why it matters.** One batch is noisy. A network that is used on single examples would
depend on which batch came last.

**Example.** After readings of 4 and 8, an average with weight 0.1 for what is new, started
at 0, is 1.16. Written over it is 8.

**How to see it.** Does the old value stand on the right-hand side of its own update?
"""

from grader.diagnose.mistakes.case import Case, Evidence
from grader.diagnose.mistakes.foretold import foretold


def find(case: Case) -> Evidence | None:
    return {"value": case.name} if foretold(case, "last-batch-only") else None


def message(value: str) -> str:
    return f"{value} is that of the last batch alone: what it was before is not in it."
