"""The sign is wrong.

**What it is.** A minus of the forward pass did not come along, or one too many did.

**Why it matters.** A step along it climbs instead of descending.

**Example.** For `y = a - b`, `da = dy` and `db = -dy`.

**How to see it.** Nudge one entry of the value upwards in your head: does the loss rise or
fall?
"""

from grader.diagnose.mistakes.case import Case, Evidence
from grader.diagnose.mistakes.parts import held_terms


def find(case: Case) -> Evidence | None:
    if case.matches(-case.expected):
        return {"terms": []}
    for held in held_terms(case):
        flipped = [term for term, count in held.count.items() if count == -1]
        others = [count for count in held.count.values() if count != -1]
        if flipped and not held.others and all(count == 1 for count in others):
            return {"terms": flipped}
    return None


def message(terms: list[str]) -> str:
    if not terms:
        return "The sign is flipped: every entry is the negative of what it should be."
    return f"The sign of one term is flipped: {', '.join(terms)}."
