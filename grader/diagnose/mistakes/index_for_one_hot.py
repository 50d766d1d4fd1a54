"""The index was used as a number instead of its one-hot.

**What it is.** An index says which entry of a row is meant. Here it was added or multiplied as if 5
were five times as much as 1.

**Why it matters.** Letter 26 is not 26 times letter 1: indices can be renumbered, and no gradient
changes with that.

**Example.** For `y = x[range(n), i]`, dx is dy at the entry i of each row and 0 elsewhere;
`i.view(-1, 1) * dy` fills whole rows with multiples of dy.

**How to see it.** Write out the row for index 2 of 4 by hand: `0, 0, 1, 0`.
"""

from collections.abc import Iterator

import torch

from grader.course.forward import Chunk
from grader.diagnose.case import Case, Evidence
from grader.diagnose.terms import told


def find(case: Case) -> Evidence | None:
    return told(case, "index-for-one-hot") or _picked(case)


def _picked(case: Case) -> Evidence | None:
    """What a chunk sends to one entry of each row, times that entry's number, in the whole row."""
    for chunk in case.consumers:
        own = case.contributions[chunk.name]
        for said, index in _indices(case, chunk) if own.dim() > 1 else ():
            if index.shape != own.shape[:-1] or int(index.max()) >= own.shape[-1]:
                continue
            column = index.unsqueeze(-1)
            numbers = (column * own.gather(-1, column)).expand(own.shape)
            whole = case.with_other(chunk, numbers)
            if whole is not None and case.matches(whole):
                return {"index": said}
    return None


def _indices(case: Case, chunk: Chunk) -> Iterator[tuple[str, torch.Tensor]]:
    for read in chunk.reads:
        index = case.point.values[read]
        if torch.is_tensor(index) and index.dtype == torch.int64 and index.numel():
            yield read, index
    if "max(" in chunk.expression:
        yield f"the index of the maxima of {case.name}", case.value.max(-1).indices


def message(index: str) -> str:
    said = index if " " in index else f"`{index}`"
    return (
        f"{said[0].upper()}{said[1:]} is used as a number: what belongs there is its one-hot, 1 at "
        "that entry of the row and 0 elsewhere."
    )
