"""A transpose was left out of a matrix product.

**What it is.** In `C = A @ B`, dA is `dC @ B` with B transposed, and dB is A transposed `@ dC`.
Here the matrix that should be transposed was not.

**Why it matters.** If the matrix is square, as a table of attention weights is, there is no error:
each position then gets the gradient of the wrong positions.

**Example.** For `y = A @ x` with A `(3, 3)`: `dx = A.T @ dy`, not `A @ dy`. Entry 0 of x goes
into y through column 0 of A, not through its row 0.

**How to see it.** Try it with a matrix that is not square: only one way has fitting shapes.
"""

from collections.abc import Iterator

import torch

from grader.course.forward import Chunk
from grader.diagnose.case import Case, Evidence


def find(case: Case) -> Evidence | None:
    for chunk in case.consumers:
        if "@" not in chunk.expression:
            continue
        for what, contribution in _untransposed(case, chunk):
            whole = None if contribution is None else case.with_other(chunk, contribution)
            if whole is not None and case.matches(whole):
                return {"what": what, "chunk": chunk.source}
    return None


def _untransposed(case: Case, chunk: Chunk) -> Iterator[tuple[str, torch.Tensor | None]]:
    for read in chunk.reads:
        other = case.point.values[read]
        if read != case.name and torch.is_tensor(other) and _square(other):
            yield read, case.send_back(chunk, values={read: other.mT})
    upstream = case.upstream(chunk)
    if _square(upstream):
        yield f"d{chunk.name}", case.send_back(chunk, upstream=upstream.mT)


def _square(tensor: torch.Tensor) -> bool:
    return tensor.dim() > 1 and tensor.shape[-1] == tensor.shape[-2] > 1


def message(what: str, chunk: str) -> str:
    return f"Through `{chunk}` it is {what} transposed that belongs in the product."
