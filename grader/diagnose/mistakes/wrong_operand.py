"""The number of another operand is used.

**What it is.** An operation has several numbers at hand: its left operand, its right
operand, its result. The line uses one of them where another belongs.

**Why it matters.** They are all numbers, so there is no error; where they happen to be
equal, as in `v * v`, the line is even right.

**Example.** For `z = x * y`, a learner uses x's own number in dx; but how much z changes
with x depends on y.

**How to see it.** Try numbers that are far apart, 2 and 100, and change one of them by 1:
by how much does the result change?
"""

from grader.diagnose.arithmetic import swapped_number
from grader.diagnose.case import Case, Evidence


def find(case: Case) -> Evidence | None:
    found = swapped_number(case)
    if found is None or any(name.endswith(".grad") for name in found):
        return None
    if found == ("self.data", "out.data") and "/" in case.consumers[0].expression:
        return None  # the power of the quotient was forgotten
    return {"used": found[0], "meant": found[1]}


def message(used: str, meant: str) -> str:
    return f"`{used}` is used instead of `{meant}`."
