"""Divided by a row of sums instead of a column of sums.

**What it is.** `P / P.sum(1)` divides column j by the sum of row j: without `keepdim` the
sums have lost their dimension, and broadcasting lines them up with the columns. `P.sum(0)`
sums the columns to begin with.

**Why it matters.** With a square table there is no error, and every number looks like a
probability.

**Example.** `[[1, 1], [2, 6]]` has the row sums 2 and 8. The right result is
`[[1/2, 1/2], [2/8, 6/8]]`; without `keepdim` it is `[[1/2, 1/8], [2/2, 6/8]]`.

**How to see it.** Add up a row of the result: the sum should be 1.
"""

import torch

from grader.diagnose.case import Case, Evidence
from grader.tensors import TOLERANCE


def find(case: Case) -> Evidence | None:
    """Row i should be divided by r[i]; entry (i, j) is r[i]/r[j] times the expected one."""
    result, expected = case.result, case.expected
    if result.dim() != 2 or result.shape != expected.shape or len(result) != result.shape[1]:
        return None
    if not (torch.isfinite(result).all() and (expected != 0).all() and (result != 0).all()):
        return None
    rows_due = bool((expected.sum(1) - 1).abs().max() <= TOLERANCE)
    if rows_due and (result.sum(0) - 1).abs().max() <= TOLERANCE:
        return {"value": case.name, "columns": True}
    off = result / expected
    first = off[:, :1] * off[:1]  # r[i]/r[0] * r[0]/r[j]
    if (off - first).abs().max() > TOLERANCE * off.abs().max() or (off - 1).abs().max() < 0.01:
        return None
    return {"value": case.name, "columns": False}


def message(value: str, columns: bool) -> str:
    if columns:
        return (
            f"The columns of {value} add up to 1, but its rows should: check the dimension of the "
            "sum."
        )
    return f"The columns of {value} were divided by the sums of the rows: pass `keepdim=True`."
