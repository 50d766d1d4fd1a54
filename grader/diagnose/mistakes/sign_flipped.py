"""The sign is wrong.

**What it is.** A minus sign of the forward pass was lost, or there is one too many.

**Why it matters.** A step against this gradient goes uphill instead of downhill.

**Example.** For `y = a - b`, `da = dy` and `db = -dy`.

**How to see it.** Imagine one entry of the value a little larger: does the loss rise or
fall?
"""

from grader.diagnose.case import Case, Evidence
from grader.diagnose.terms import held_terms


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
