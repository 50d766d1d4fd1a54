"""A reshape was used where a transpose has to be undone.

**What it is.** The forward pass swaps dimensions; its gradient has to swap them back. `view` and
`reshape` do not: they read the numbers in the order in which they lie and cut them up again.

**Why it matters.** The shape is right, so there is no error, and every number stands in another
place.

**Example.** For `y = x.T` with x `(2, 3)`: `dx = dy.T`; `dy.reshape(2, 3)` mixes its rows.

**How to see it.** Follow one entry: where did x[0, 1] go, and is dx[0, 1] fetched from there?
"""

import re

from grader.diagnose.case import Case, Evidence

SWAPS = re.compile(r"\.(transpose|permute|movedim|swapaxes)\(|\.m?T\b")


def find(case: Case) -> Evidence | None:
    for chunk in case.consumers:
        upstream = case.upstream(chunk)
        if not SWAPS.search(chunk.expression) or upstream.numel() != case.value.numel():
            continue
        for cut_up in (upstream, upstream.mT if upstream.dim() > 1 else upstream):
            whole = case.with_other(chunk, cut_up.reshape(case.value.shape))
            right = case.contributions[chunk.name]
            if whole is not None and case.matches(whole) and not case.matches(right):
                return {"chunk": chunk.source}
    return None


def message(chunk: str) -> str:
    return (
        f"The numbers are the right ones in the wrong places: `{chunk}` swaps dimensions, and a "
        "reshape does not swap them back."
    )
