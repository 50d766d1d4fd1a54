"""A mean where a sum is needed.

**What it is.** The contributions were averaged instead of added up.

**Why it matters.** The chain rule adds. An average appears only where the forward pass took
one, and then its 1/n is already part of the upstream gradient.

**Example.** For `y = x + b` with x `(4, 5)`, `db = dy.sum(0)`; `dy.mean(0)` is a quarter of
that.

**How to see it.** Look for `.mean(` in a backward line.
"""

import ast
from math import prod

from grader.diagnose.case import Case, Evidence
from grader.diagnose.mistakes import wrong_factor


def find(case: Case) -> Evidence | None:
    # Where the forward pass takes a mean, a line that holds one among others may be right to.
    taken = any(".mean(" in chunk.expression for chunk in case.consumers)
    means = [
        node
        for statement in case.statements
        for node in ([statement.value] if taken else ast.walk(statement))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "mean"
    ]
    found = wrong_factor.find(case) if means else None
    if found is None or not any(name.startswith("1/") for name in found["names"]):
        return None
    shapes = [tuple(case.value.shape), *(case.upstream(chunk).shape for chunk in case.consumers)]
    counts = {_averaged(call, shape) for call in means for shape in shapes}
    return found if any(_near(found["factor"] * count, 1) for count in counts) else None


def _averaged(call: ast.Call, shape: tuple[int, ...]) -> int:
    """How many entries the mean is taken over, were it of a tensor of this shape; 0: none."""
    named = [keyword.value for keyword in call.keywords if keyword.arg == "dim"]
    given = next(iter([*call.args, *named]), None)
    if given is None:
        return prod(shape)
    try:
        over = ast.literal_eval(given)
        return prod(shape[at] for at in (over if isinstance(over, tuple) else (over,)))
    except (ValueError, TypeError, IndexError):  # no plain numbers, or dimensions it has not
        return 0


def _near(one: float, other: float) -> bool:
    return abs(one - other) < 1e-7


agree = wrong_factor.agree


def message(factor: float, names: list[str], term: str | None) -> str:
    what = names[0] if names else f"{factor:.6g}"
    whose = "every entry" if term is None else f"the part through {term}"
    return f"A mean instead of a sum: {whose} is {what} times what it should be."
