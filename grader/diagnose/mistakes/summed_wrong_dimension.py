"""Summed over the wrong dimension.

**What it is.** The sum over the broadcast copies runs along another dimension, or along
all of them.

**Why it matters.** In a square matrix even the shape comes out right.

**Example.** For `y = x + b` with x `(4, 5)` and b `(5,)`, b was copied for each of the 4
rows: the sum runs over dimension 0. `dy.sum(1)` has 4 entries.

**How to see it.** The dimension to sum over is the one along which the value did not vary.
"""

import itertools
from collections.abc import Iterator

import torch

from grader.diagnose.mistakes.case import Case, Evidence, spreads
from grader.diagnose.mistakes.parts import told
from grader.tensors import close


def find(case: Case) -> Evidence | None:
    return told(case, "summed-wrong-dimension") or _whole(case)


def _whole(case: Case) -> Evidence | None:
    for chunk in case.consumers:
        for local, arrives in spreads(case, chunk):
            for dimensions in _some(arrives.dim()):
                whole = case.with_other(chunk, local * arrives.sum(dimensions, keepdim=True))
                if whole is not None and case.matches(whole):
                    return {"summed": list(dimensions), "shape": list(arrives.shape)}
        spread = case.spread(chunk)
        if spread is None or spread.shape == case.value.shape:
            continue
        for dimensions in _some(spread.dim()):
            for keepdim in (True, False):
                wrong = spread.sum(dimensions, keepdim=keepdim)
                if not _same_numbers(wrong, case.expected) and case.matches(wrong):
                    return {"summed": list(dimensions), "shape": list(spread.shape)}
    return None


def _some(dimensions: int) -> Iterator[tuple[int, ...]]:
    """Every choice of one dimension or more."""
    for count in range(1, dimensions + 1):
        yield from itertools.combinations(range(dimensions), count)


def _same_numbers(one: torch.Tensor, other: torch.Tensor) -> bool:
    return close(one.flatten(), other.flatten())


def message(summed: list[int], shape: list[int]) -> str:
    along = "dimension " + " and ".join(map(str, summed))
    return f"Summed over {along} of {tuple(shape)}, which is not where the copies are."
