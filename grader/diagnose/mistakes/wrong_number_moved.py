"""A different number was moved from the one that was asked for.

**What it is.** A partial derivative asks by how much the result grows when one number grows
and all the others stay fixed. Here another one grew, or several did.

**Why it matters.** Each number has a slope of its own. If several move at once, their
slopes add up, and you can no longer tell them apart.

**Example.** For `y = u * v`, the slope in u is v: `((u + h) * v - u * v) / h`. Computing
`(u * (v + h) - u * v) / h` gives u, and moving both gives u + v (nearly).

**How to see it.** Where does h appear in the formula? It belongs next to every use of the
number that grows, and nowhere else.
"""

from itertools import combinations

import torch

from grader.diagnose.case import Case, Evidence
from grader.diagnose.differences import asked_of
from grader.tensors import close

CLOSE = 1e-5  # of the slope, as a measured one is right


def find(case: Case) -> Evidence | None:
    asked = asked_of(case)
    if asked is None:
        return None
    of, meant = asked
    slopes = case.point.trial.slopes_of(of)
    for together in range(1, len(slopes) + 1):
        for moved in combinations(slopes, together):
            total = torch.stack([slopes[name] for name in moved]).sum(0)
            if moved != (meant,) and close(case.result, total, by=CLOSE):
                return {"moved": list(moved), "meant": meant}
    return None


def message(moved: list[str], meant: str) -> str:
    *others, last = moved
    together = f"{', '.join(others)} and {last} grow" if others else f"{last} grows"
    return f"This is the slope when {together}; only {meant} should grow."
