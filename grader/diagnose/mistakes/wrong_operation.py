"""Multiplied instead of divided, or the other way round.

**What it is.** The right numbers are in the line, but one of them is on the wrong side of
the fraction bar.

**Why it matters.** What should make the gradient smaller makes it larger. For numbers near
1 the two are almost equal.

**Example.** For `y = x / 4`, `dx` is a quarter of dy; `4 * dy` is sixteen times too large.

**How to see it.** Imagine that number growing: should the result change more then, or less?
"""

from grader.diagnose.arithmetic import swapped_operator
from grader.diagnose.case import Case, Evidence


def find(case: Case) -> Evidence | None:
    found = swapped_operator(case)
    return None if found is None else {"used": found[0], "meant": found[1]}


def message(used: str, meant: str) -> str:
    words = {"*": "multiplied", "/": "divided"}
    return f"The numbers are the right ones, but {words[used]} instead of {words[meant]}."
