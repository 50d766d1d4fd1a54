"""The maximum of the maxima was looked up instead of the maximum of each row.

**What it is.** Every row's gradient went to entry 0: the index was taken from the tensor of maxima,
which has one entry a row, so that its largest is always the first.

**Why it matters.** The gradient of a maximum belongs to the entry that was the largest.

**Example.** For `m = x.max(1, keepdim=True).values`, the entries are those of `x.max(1).indices`;
`m.max(1).indices` is 0 in each row.

**How to see it.** Print the indices: they should differ from row to row.
"""

import torch

from grader.diagnose.case import Case, Evidence, stretched


def find(case: Case) -> Evidence | None:
    for chunk in case.consumers:
        if ".max(" not in chunk.expression and "max(" not in chunk.expression:
            continue
        own, upstream = case.contributions[chunk.name], case.upstream(chunk)
        for along in range(own.dim()):
            spread = stretched(_kept(upstream, along, own.dim()), own.shape)
            if spread is None:
                continue
            first = torch.zeros_like(own)
            first.select(along, 0).copy_(spread.select(along, 0))
            whole = case.with_other(chunk, first)
            if whole is not None and case.matches(whole) and not case.matches(case.expected):
                return {"value": case.name, "maxima": chunk.name}
    return None


def _kept(upstream: torch.Tensor, along: int, dimensions: int) -> torch.Tensor:
    return upstream if upstream.dim() == dimensions else upstream.unsqueeze(along)


def message(value: str, maxima: str) -> str:
    return (
        f"The gradient went to entry 0 of every row: the index is of {maxima}, which has one entry "
        f"a row, and should be of {value}."
    )
