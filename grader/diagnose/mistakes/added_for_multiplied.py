"""The upstream gradient was added instead of multiplied.

**What it is.** The line has `+` for `*`.

**Why it matters.** The chain rule multiplies: a gradient of 0 from above has to give 0 here. Sums
are for a value that is used more than once, one term for each use.

**Example.** For `y = x.sin()`, `dx = x.cos() + dy` is not 0 where dy is.

**How to see it.** Imagine dy twice as large: the whole of dx should be twice as large.
"""

import torch

from grader.diagnose.case import Case, Evidence, stretched, summed_to


def find(case: Case) -> Evidence | None:
    for chunk in case.consumers:
        upstream = case.upstream(chunk)
        ones = torch.ones_like(upstream)
        for local in (case.send_back(chunk, ones), case.spread_of(chunk, ones)):
            if local is None or chunk.name == "loss":
                continue
            over = stretched(upstream, local.shape)
            added = None if over is None else summed_to(local + over, case.value.shape)
            whole = None if added is None else case.with_other(chunk, added)
            if whole is not None and case.matches(whole):
                return {"chunk": chunk.source, "upstream": f"d{chunk.name}"}
    return None


def message(chunk: str, upstream: str) -> str:
    return f"{upstream} is added to the derivative of `{chunk}`: the chain rule multiplies the two."
