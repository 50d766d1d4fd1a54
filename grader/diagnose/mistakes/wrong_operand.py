"""The number of another operand stands there.

**What it is.** An operation has several numbers at hand: what went in on the left, what went in on
the right, what came out. The line takes one of them where another belongs.

**Why it matters.** All of them are numbers, so nothing complains; where they happen to be alike,
as in `v * v`, it is even right.

**Example.** For `z = x * y` a learner writes x's own number into dx; but how much z moves with x
depends on y.

**How to see it.** Put in numbers that are far apart, 2 and 100, and move one of them by 1: by how
much does the result move?
"""

from grader.diagnose.mistakes.arithmetic import swapped_number
from grader.diagnose.mistakes.case import Case, Evidence


def find(case: Case) -> Evidence | None:
    found = swapped_number(case)
    if found is None or any(name.endswith(".grad") for name in found):
        return None
    if found == ("self.data", "out.data") and "/" in case.consumers[0].expression:
        return None  # the power of the quotient was forgotten
    return {"used": found[0], "meant": found[1]}


def message(used: str, meant: str) -> str:
    return f"`{used}` stands where `{meant}` is meant."
