"""One is enough here, and all are due.

**What it is.** any is true where one of many is; all is true only where every one is.

**Why it matters.** What holds for a single example is taken for a property of the whole.

**Example.** Of True and False, any gives True and all gives False.

**How to see it.** Build a case by hand in which one is True and the others are not. What
has to come out?
"""

from grader.diagnose.mistakes.case import Case, Evidence
from grader.diagnose.mistakes.foretold import foretold


def find(case: Case) -> Evidence | None:
    return {"value": case.name} if foretold(case, "any-for-all") else None


def message(value: str) -> str:
    return f"{value} counts what is so for one; it has to be so for all of them."
