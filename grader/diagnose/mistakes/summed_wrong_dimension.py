"""Summed over the wrong dimension.

**What it is.** The sum runs over a dimension along which the value was not broadcast, or
over all of them.

**Why it matters.** For a square matrix even the shape comes out right.

**Example.** For `y = x + b` with x `(4, 5)` and b `(5,)`, b was copied for each of the 4
rows: the sum runs over dimension 0. `dy.sum(1)` has 4 entries.

**How to see it.** Sum over the dimension along which the value was copied.
"""

import itertools
from collections.abc import Iterator

import torch

from grader.diagnose.case import Case, Evidence, spreads
from grader.diagnose.terms import told
from grader.tensors import close


def find(case: Case) -> Evidence | None:
    return told(case, "summed-wrong-dimension") or _whole(case)


def _whole(case: Case) -> Evidence | None:
    for chunk in case.consumers:
        for local, arrives in spreads(case, chunk):
            for dimensions in _some(arrives.dim()):
                whole = case.with_other(chunk, local * arrives.sum(dimensions, keepdim=True))
                if whole is not None and case.matches(whole):
                    return _evidence(dimensions, arrives.shape, case.upstream(chunk).shape)
        spread = case.spread(chunk)
        if spread is None or spread.shape == case.value.shape:
            continue
        for dimensions in _some(spread.dim()):
            for keepdim in (True, False):
                wrong = spread.sum(dimensions, keepdim=keepdim)
                if not _same_numbers(wrong, case.expected) and case.matches(wrong):
                    return _evidence(dimensions, spread.shape, case.value.shape)
    return None


def _evidence(summed: tuple[int, ...], shape: torch.Size, value: torch.Size) -> Evidence:
    """`shape`: what a value of this shape was broadcast to."""
    new = len(shape) - len(value)
    copied = [at for at in range(len(shape)) if at < new or value[at - new] != shape[at]]
    return {"summed": list(summed), "shape": list(shape), "broadcast": copied}


def _some(dimensions: int) -> Iterator[tuple[int, ...]]:
    """Every choice of one dimension or more."""
    for count in range(1, dimensions + 1):
        yield from itertools.combinations(range(dimensions), count)


def _same_numbers(one: torch.Tensor, other: torch.Tensor) -> bool:
    return close(one.flatten(), other.flatten())


def message(summed: list[int], shape: list[int], broadcast: list[int] | None = None) -> str:
    """`broadcast`: the dimensions to sum over, where they are known."""
    said = f"Summed over {_dimensions(summed)} of {tuple(shape)}"
    if not broadcast:
        return f"{said}: that is the wrong dimension."
    return f"{said}, but the value was broadcast along {_dimensions(broadcast)}."


def _dimensions(numbers: list[int]) -> str:
    return f"dimension{'s' if len(numbers) > 1 else ''} {' and '.join(map(str, numbers))}"
