"""The local derivative was left out: the upstream gradient passed on as it came.

**What it is.** The line hands on what arrived, as if the chunk were an addition.

**Why it matters.** Only a sum passes its gradient on unchanged. Everything else scales or
routes it.

**Example.** For `y = x.sin()`, `dx = dy` lacks the factor `x.cos()`.

**How to see it.** Ask of the chunk: if this value moves by a little, by how much does the
result move? That factor has to be in the line.
"""

from collections.abc import Iterator

import torch

from grader.mistakes.case import Case, Evidence


def find(case: Case) -> Evidence | None:
    for chunk in case.consumers:
        own = case.contributions[chunk.name]
        for passed_on in _shaped(case, case.upstream(chunk)):
            whole = case.with_other(chunk, passed_on)
            same = passed_on.shape == own.shape and torch.allclose(passed_on, own, 1e-9, 0.0)
            if not same and whole is not None and case.matches(whole):
                return {"chunk": chunk.source, "upstream": f"d{chunk.name}"}
    return None


def _shaped(case: Case, upstream: torch.Tensor) -> Iterator[torch.Tensor]:
    """The upstream gradient as it is, summed to the value's shape, stretched to it."""
    yield upstream
    shape = case.value.shape
    if upstream.dim() >= len(shape):
        try:
            yield upstream.sum_to_size(shape)
        except RuntimeError:
            return
    try:
        yield upstream.expand(shape)
    except RuntimeError:
        return


def message(chunk: str, upstream: str) -> str:
    return f"{upstream} is passed on as it is; the derivative of `{chunk}` is not in it."
