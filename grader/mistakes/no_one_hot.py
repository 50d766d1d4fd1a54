"""The one-hot part was left out.

**What it is.** An operation that picks one entry of a row (the target's log-probability,
the row's maximum) sends its gradient to that entry alone. That term is missing, or it went
to the whole row.

**Why it matters.** The gradient of cross-entropy is `softmax - one_hot`: without the
one-hot it pushes every logit down and none up.

**Example.** For `m = x.max(1, keepdim=True).values`, dx is dm at each row's largest entry
and 0 elsewhere.

**How to see it.** Sum a row of dlogits: for cross-entropy it is 0.
"""

import torch

from grader.mistakes.case import Case, Evidence, stretched


def find(case: Case) -> Evidence | None:
    result, expected = case.result, case.expected
    if result.shape != expected.shape or result.dim() != 2 or not result.abs().max() > 0:
        return None
    off = result - expected
    for name, index in case.scene.values.items():
        if not torch.is_tensor(index) or index.dtype != torch.int64 or index.dim() != 1:
            continue
        fits = len(index) == len(off) and int(index.max()) < off.shape[1]
        if fits and _one_number_at(off, index):
            return {"index": name, "chunk": None}
    for chunk in case.consumers:
        own, upstream = case.contributions[chunk.name], case.upstream(chunk)
        entries = int((own != 0).sum())
        picks = own.shape != upstream.shape and entries <= max(upstream.numel(), len(own))
        if picks and upstream.dim() in (0, own.dim()):
            numbers = own[own != 0]
            same = len(numbers) > 0 and bool((numbers == numbers[0]).all())
            everywhere = stretched(numbers[0] if same else upstream, own.shape)
            whole = None if everywhere is None else case.with_other(chunk, everywhere)
            if whole is not None and case.matches(whole):
                return {"index": None, "chunk": chunk.source}
    return None


def _one_number_at(off: torch.Tensor, index: torch.Tensor) -> bool:
    """Whether `off` is one and the same number at [row, index[row]] and 0 elsewhere."""
    rows = torch.arange(len(index))
    there = off[rows, index]
    elsewhere = off.clone()
    elsewhere[rows, index] = 0
    number = there.mean()
    close = (there - number).abs().max() <= 1e-9 * number.abs()
    return bool(close and number.abs() > 0 and elsewhere.abs().max() <= 1e-9 * number.abs())


def message(index: str | None, chunk: str | None) -> str:
    if chunk is not None:
        return f"`{chunk}` picks one entry of a row; its gradient went to the whole row."
    return f"The one-hot of `{index}` is not in it: all entries but the picked ones agree."
