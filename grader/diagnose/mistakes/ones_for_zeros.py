"""A sum was started from ones instead of zeros.

**What it is.** Everything is 1 too large: the tensor that contributions are added to was made by
`torch.ones_like`.

**Why it matters.** What is added up has to start from nothing. An entry that no contribution
reaches has the gradient 0, not 1.

**Example.** For `y = x[rows]`: `dx = torch.zeros_like(x)`, then `dx[row] += ...` for each row.

**How to see it.** Look at an entry that nothing reads: a row of a table for a letter that the batch
does not have. Its gradient is 0.
"""

import torch

from grader.diagnose.case import Case, Evidence


def find(case: Case) -> Evidence | None:
    if case.result.dim() and case.matches(case.expected + torch.ones_like(case.expected)):
        return {"value": case.name}
    return None


def message(value: str) -> str:
    return f"Every entry is 1 too large: start the sum from `torch.zeros_like({value})`."
