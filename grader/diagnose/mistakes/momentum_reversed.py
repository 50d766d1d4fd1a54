"""The momentum stands at the wrong one of the two.

**What it is.** A running average keeps most of what it was and takes a little of what is
new. Here the two weights are exchanged.

**Why it matters.** The average then follows every batch, and what it should smooth out it
passes on. Libraries differ in which of the two they call momentum, so the word does not
tell.

**Example.** With weight 0.1 for what is new, an average of 5 that meets 6 becomes 5.1.
Exchanged it becomes 5.9.

**How to see it.** Feed it the same batch many times, and then another one: it should move a
little, not most of the way.
"""

from grader.diagnose.mistakes.case import Case, Evidence
from grader.diagnose.mistakes.foretold import foretold


def find(case: Case) -> Evidence | None:
    return {"value": case.name} if foretold(case, "momentum-reversed") else None


def message(value: str) -> str:
    return (
        f"{value} keeps little of what it was and takes most of the new batch: the weights "
        "are exchanged."
    )
