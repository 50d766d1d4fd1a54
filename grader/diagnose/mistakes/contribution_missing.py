"""A contribution is missing: one use of the value was forgotten.

**What it is.** A value that is read by two chunks gets a gradient from each of them; the
total is the sum of these contributions. One of them is missing.

**Why it matters.** The multivariable chain rule adds up over every path to the loss. With a
path missing the gradient is wrong, even if its numbers look plausible.

**Example.** In `y = x * x.sum()`, x is used twice: `dx = dy * x.sum()` forgets that the sum
changes with x as well.

**How to see it.** Search the forward pass for every line that reads the name, and count the
terms of its gradient.
"""

import torch

from grader.diagnose.case import Case, Evidence
from grader.diagnose.terms import held_terms


def find(case: Case) -> Evidence | None:
    named = {"value": case.name, "gradient": case.gradient}
    if case.matches(torch.zeros_like(case.expected)):
        return {"missing": [f"`{chunk.source}`" for chunk in case.consumers], **named}
    for held in held_terms(case):
        missing = [term for term, count in held.count.items() if count == 0]
        rest = [count for count in held.count.values() if count != 0]
        if held.by in ("power", "sum"):  # a term of one derivative, not a use of the value
            continue
        if missing and not held.others and all(count == 1 for count in rest):
            return {"missing": missing, **named}
    return None


def message(missing: list[str], value: str, gradient: str) -> str:
    return f"A contribution to {gradient} is missing: {' and '.join(missing)}."
