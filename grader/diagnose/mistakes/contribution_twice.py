"""A contribution was counted twice.

**What it is.** One contribution appears in the sum two times: often through a `+=` on
something that already contained it, or a line that was pasted twice.

**Why it matters.** Every path to the loss counts exactly once.

**Example.** For `y = a + b`, `da = dy` followed by `da += dy` gives twice the gradient.

**How to see it.** Count the uses in the forward pass and the terms of the gradient: the two
numbers should agree.
"""

from grader.diagnose.case import Case, Evidence
from grader.diagnose.statements import repeated, terms_of
from grader.diagnose.terms import held_terms


def find(case: Case) -> Evidence | None:
    ways, terms = held_terms(case), terms_of(case.statements)
    for held in ways:
        twice = [term for term, count in held.count.items() if count == 2]
        once = all(count in (1, 2) for count in held.count.values()) and not held.others
        more = len(terms) > len(held.count) or repeated(terms)  # else it is a factor of 2
        if twice and len(twice) < len(held.count) and once and more:
            return {"twice": twice}
    if not ways and len(case.consumers) == 1 < len(terms) and case.matches(2 * case.expected):
        return {"twice": [f"`{case.consumers[0].source}`"]}
    return None


def message(twice: list[str]) -> str:
    return f"A contribution is counted twice: {' and '.join(twice)}."
