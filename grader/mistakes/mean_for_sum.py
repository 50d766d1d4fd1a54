"""A mean where a sum is due.

**What it is.** The contributions were averaged instead of added up.

**Why it matters.** The chain rule adds. An average comes in only where the forward pass
took one, and then its 1/n is already in the upstream gradient.

**Example.** For `y = x + b` with x `(4, 5)`, `db = dy.sum(0)`; `dy.mean(0)` is a quarter.

**How to see it.** Look for `.mean(` in a backward line.
"""

import ast

from grader.mistakes import wrong_factor
from grader.mistakes.case import Case, Evidence


def find(case: Case) -> Evidence | None:
    averages = any(
        isinstance(node, ast.Attribute) and node.attr == "mean"
        for statement in case.statements
        for node in ast.walk(statement)
    )
    found = wrong_factor.find(case) if averages else None
    if found is None or not any(name.startswith("1/") for name in found["names"]):
        return None
    return found


agree = wrong_factor.agree


def message(factor: float, names: list[str], term: str | None) -> str:
    what = names[0] if names else f"{factor:.6g}"
    whose = "every entry" if term is None else f"the part through {term}"
    return f"A mean where a sum is due: {whose} is {what} times what it should be."
