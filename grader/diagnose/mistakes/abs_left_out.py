"""The sign was not taken off before a comparison.

**What it is.** A size is compared with a limit, and only one side of zero is looked at.

**Why it matters.** What lies far out on the other side is not seen.

**Example.** Of -3, 1 and 3 two are further than 2 from zero; x > 2 finds one.

**How to see it.** Turn all the signs of the input around: the result should stay what it
is.
"""

from grader.diagnose.mistakes.case import Case, Evidence
from grader.diagnose.mistakes.foretold import foretold


def find(case: Case) -> Evidence | None:
    return {"value": case.name} if foretold(case, "abs-left-out") else None


def message(value: str) -> str:
    return f"{value} looks at one side of zero only: what is far below it counts as well."
