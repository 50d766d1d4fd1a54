"""The two weights of a running average do not add up to 1.

**What it is.** An average is some of what was there and some of what is new. Where the two
shares are not 1 together, it grows, or it shrinks.

**Why it matters.** Fed the same value for ever, it should come to that value. With other
weights it goes to 0, or beyond all bounds.

**Example.** From 4 and a new 4, 0.9 and 0.1 make 4 again; 1 and 0.1 make 4.4.

**How to see it.** Add the two weights up.
"""

from grader.diagnose.mistakes.case import Case, Evidence
from grader.diagnose.mistakes.foretold import foretold


def find(case: Case) -> Evidence | None:
    return {"value": case.name} if foretold(case, "average-weights") else None


def message(value: str) -> str:
    return (
        f"The weights in {value} are not 1 together: what stays and what is new do not make "
        "a whole."
    )
