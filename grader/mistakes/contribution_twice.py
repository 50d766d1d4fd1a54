"""A use of the value was counted twice.

**What it is.** One contribution stands in the sum two times: often a `+=` on something
that already held it, or a line that was pasted twice.

**Why it matters.** Every path to the loss counts once.

**Example.** For `y = a + b`, `da = dy` and then `da += dy` makes twice the gradient.

**How to see it.** Count the uses in the forward pass against the terms of the gradient.
"""

from grader.mistakes.case import Case, Evidence


def find(case: Case) -> Evidence | None:
    if case.terms <= len(case.consumers):  # then it is a factor of 2
        return None
    for chunk in case.consumers:
        if case.matches(case.expected + case.contributions[chunk.name]):
            return {"chunk": chunk.source}
    return None


def message(chunk: str) -> str:
    return f"A contribution is counted twice: what comes back through `{chunk}`."
