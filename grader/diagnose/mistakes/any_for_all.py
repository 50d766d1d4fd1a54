"""`any` was used where `all` is needed.

**What it is.** `any` is true if at least one entry is true; `all` only if every entry is.

**Why it matters.** Something that holds for a single example is taken for a property of the
whole batch.

**Example.** For True and False, `any` gives True and `all` gives False.

**How to see it.** Build a small case by hand in which one entry is True and the others are
not. What should the result be?
"""

from grader.diagnose.case import Case, Evidence
from grader.diagnose.predicted_by_course import foretold


def find(case: Case) -> Evidence | None:
    return {"value": case.name} if foretold(case, "any-for-all") else None


def message(value: str) -> str:
    return f"{value} counts a unit if one example qualifies; every example has to."
