"""A use of the value was forgotten.

**What it is.** A value that is read by two chunks gets a gradient from each: the total is
the sum of the contributions. One of them is not in it.

**Why it matters.** The multivariable chain rule adds up over every path to the loss. A
missing path is a wrong gradient, even if the number that comes out looks plausible.

**Example.** For `y = x * x.sum()`, x is used twice: `dx = dy * x.sum()` forgets that the
sum moves with x as well.

**How to see it.** Search the forward pass for every line that reads the name; count the
terms of its gradient.
"""

from grader.mistakes.case import Case, Evidence


def find(case: Case) -> Evidence | None:
    for chunk in case.consumers:
        if case.matches(case.expected - case.contributions[chunk.name]):
            return {"chunk": chunk.source, "value": case.name}
    return None


def message(chunk: str, value: str) -> str:
    return f"A contribution is missing: what comes back to {value} through `{chunk}`."
