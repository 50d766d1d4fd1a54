"""A softmax was differentiated as an elementwise function.

**What it is.** The line is `y * (1 - y) * dy`, which is right for a sigmoid. In a softmax every
entry also has a share in the other entries of its row; those contributions are missing.

**Why it matters.** The entries of a row add up to 1: if one grows, the others shrink. Without
that, a gradient that is the same for a whole row, which should change nothing, moves every entry.

**Example.** For `p = x / x.sum()`, another function that divides by its sum, `dx = dp / x.sum()`
treats the sum as a constant. It also needs `- (x * dp).sum() / x.sum()**2`.

**How to see it.** Add up a row of your gradient: adding the same number to a whole row does not
change its softmax, so the sum should be 0.
"""

from grader.diagnose.case import Case, Evidence
from grader.diagnose.terms import told


def find(case: Case) -> Evidence | None:
    return told(case, "softmax-elementwise")


def message(softmax: str, dimension: int) -> str:
    return (
        f"`{softmax}` is a softmax, differentiated here as an elementwise function: each entry "
        f"depends on its whole row, so a sum over dimension {dimension} is missing."
    )
