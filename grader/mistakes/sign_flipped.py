"""The sign is wrong.

**What it is.** A minus of the forward pass did not come along, or one too many did.

**Why it matters.** A step along it climbs instead of descending.

**Example.** For `y = a - b`, `da = dy` and `db = -dy`.

**How to see it.** Nudge one entry of the value upwards in your head: does the loss rise or
fall?
"""

from grader.mistakes.case import Case, Evidence


def find(case: Case) -> Evidence | None:
    if case.matches(-case.expected):
        return {"chunk": None}
    for chunk in case.consumers:
        if case.matches(case.expected - 2 * case.contributions[chunk.name]):
            return {"chunk": chunk.source}
    return None


def message(chunk: str | None) -> str:
    if chunk is None:
        return "The sign is flipped: every entry is the negative of what it should be."
    return f"The sign of one contribution is flipped: what comes back through `{chunk}`."
