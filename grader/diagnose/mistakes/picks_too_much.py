"""Whole columns or rows were picked instead of one entry of each row.

**What it is.** `d[:, i]` means: of every row, all the columns that stand anywhere in i. `d[i]`
means whole rows. One entry of each row is `d[range(n), i]`: row 0 with i[0], row 1 with i[1], and
so on.

**Why it matters.** Each example is then pushed towards the answers of all others.

**Example.** With i = `[2, 0]` and 2 rows of 3: `d[:, i] = 1` sets four entries,
`d[range(2), i] = 1` two.

**How to see it.** Count the entries that are not 0: there should be one in each row.
"""

import torch

from grader.course.forward import Chunk
from grader.diagnose.case import Case, Evidence
from grader.diagnose.coefficients import picked
from grader.diagnose.terms import told


def find(case: Case) -> Evidence | None:
    return told(case, "picks-too-much") or _set(case)


def _set(case: Case) -> Evidence | None:
    """What a chunk sends to an entry of each row, set in more of them."""
    for chunk in case.consumers:
        own = case.contributions[chunk.name]
        for read in chunk.reads if own.dim() == 2 else ():
            index = case.point.values[read]
            if not torch.is_tensor(index) or index.dtype != torch.int64 or index.dim() != 1:
                continue
            if len(index) != len(own) or int(index.max()) >= own.shape[1]:
                continue
            numbers = own[range(len(own)), index]
            same = bool((numbers == numbers[0]).all())
            for how, where in picked(index, own) if same else ():
                wider = torch.zeros_like(own).masked_fill(where, numbers[0].item())
                if _fits(case, chunk, wider):
                    return {"index": read, "how": how}
            columns = torch.zeros_like(own)
            columns[:, index] = numbers  # in each row those of all rows
            if _fits(case, chunk, columns):
                return {"index": read, "how": ":, "}
    return None


def _fits(case: Case, chunk: Chunk, contribution: torch.Tensor) -> bool:
    whole = case.with_other(chunk, contribution)
    return whole is not None and case.matches(whole)


def message(index: str, how: str) -> str:
    what = "whole columns" if how else "whole rows"
    return f"`[{how}{index}]` picks {what}: one entry of each row is `[range(n), {index}]`."
