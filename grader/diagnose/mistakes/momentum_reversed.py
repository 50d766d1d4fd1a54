"""The two weights of a running average are swapped.

**What it is.** A running average keeps most of its old value and takes a little of the new
one. Here the two weights are the other way round.

**Why it matters.** The average then follows every batch instead of smoothing them out.
Libraries disagree on which of the two weights they call momentum, so the name alone does
not tell you.

**Example.** With weight 0.1 for the new value, an average of 5 that is given 6 becomes 5.1.
With the weights swapped it becomes 5.9.

**How to see it.** Feed it the same batch many times and then a different one: it should
move a little, not most of the way.
"""

from grader.diagnose.case import Case, Evidence
from grader.diagnose.predicted_by_course import foretold


def find(case: Case) -> Evidence | None:
    return {"value": case.name} if foretold(case, "momentum-reversed") else None


def message(value: str) -> str:
    return (
        f"{value} keeps little of its old value and takes most of the new batch: the two weights "
        "are swapped."
    )
