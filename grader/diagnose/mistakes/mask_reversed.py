"""The mask is reversed: the gradient goes to the entries that were cut off.

**What it is.** If a chunk lets some entries through and cuts others off, its gradient goes
to the ones that were let through. Here it goes to the others.

**Why it matters.** The values that made the result get no gradient, and those that had no
part in it do.

**Example.** For `y = x.clamp(max=1)`, dy is passed on where x was below 1, not where it was
above.

**How to see it.** Take one entry that was cut off. If it changes a little, does the result
change?
"""

import torch

from grader.diagnose.case import Case, Evidence


def find(case: Case) -> Evidence | None:
    for chunk in case.consumers:
        own, arrives = case.contributions[chunk.name], case.upstream(chunk)
        if own.shape != arrives.shape or not bool(((own == arrives) | (own == 0)).all()):
            continue
        stopped = arrives - own
        reversed_ = case.with_other(chunk, stopped)
        some = bool(torch.any(own != 0)) and bool(torch.any(stopped != 0))
        if some and reversed_ is not None and case.matches(reversed_):
            return {"chunk": chunk.source}
    return None


def message(chunk: str) -> str:
    return f"The mask is reversed: the gradient goes to the entries that `{chunk}` cut off."
