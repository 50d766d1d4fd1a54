"""The index was used as a number instead of its one-hot.

**What it is.** An index says which entry of a row is meant. Here it was added or multiplied as if 5
were five times as much as 1.

**Why it matters.** Letter 26 is not 26 times letter 1: indices can be renumbered, and no gradient
changes with that.

**Example.** For `y = x[range(n), i]`, dx is dy at the entry i of each row and 0 elsewhere;
`i.view(-1, 1) * dy` fills whole rows with multiples of dy.

**How to see it.** Write out the row for index 2 of 4 by hand: `0, 0, 1, 0`.
"""

from grader.diagnose.case import Case, Evidence, stretched
from grader.diagnose.terms import told


def find(case: Case) -> Evidence | None:
    return told(case, "index-for-one-hot") or _of_maxima(case)


def _of_maxima(case: Case) -> Evidence | None:
    for chunk in case.consumers:
        own, upstream = case.contributions[chunk.name], case.upstream(chunk)
        if "max(" not in chunk.expression or own.dim() < 2:
            continue
        index = case.value.max(-1, keepdim=True).indices.to(own.dtype)
        rows = upstream if upstream.dim() == own.dim() else upstream.unsqueeze(-1)
        spread = stretched(rows, own.shape)
        whole = None if spread is None else case.with_other(chunk, index * spread)
        if whole is not None and case.matches(whole):
            return {"index": f"the index of the maxima of {case.name}"}
    return None


def message(index: str) -> str:
    said = index if " " in index else f"`{index}`"
    return (
        f"{said[0].upper()}{said[1:]} is used as a number: what belongs there is its one-hot, 1 at "
        "that entry of the row and 0 elsewhere."
    )
