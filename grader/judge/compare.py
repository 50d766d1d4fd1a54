"""A submitted gradient beside torch's: steps 1 to 3 of how a gradient is judged.

First what it is (plain tensor, shape, dtype, finite), then the lecture's three columns,
then whether it is right, which float64 decides.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

import torch

from grader.tensors import TOLERANCE, largest_entry

FLOAT32_TOLERANCE = 1e-2  # decides next to nothing: only what no rounding explains is wrong
NUMBERS = ("builtins.float", "builtins.int")


@dataclass(frozen=True)
class Unfit:
    """Why a submitted value cannot be this gradient: known before any number is read."""

    mistake: str
    evidence: dict[str, Any] = field(default_factory=dict)

    @property
    def misshapen(self) -> bool:
        number = self.mistake == "not-a-tensor" and self.evidence["kind"] in NUMBERS
        return number or self.mistake == "wrong-shape"


@dataclass(frozen=True)
class Comparison:
    shape: tuple[int, ...] | None  # as submitted
    exact: bool = False
    approximate: bool = False
    maxdiff: float | None = None
    right: bool = False  # as far as this dtype can tell
    unfit: Unfit | None = None


def compare(
    submitted: torch.Tensor | None,
    kind: str | None,
    reference: torch.Tensor,
    scale: Callable[[], float],
    points: int = 0,
    in_table: bool = False,
    largest: float | None = None,
) -> Comparison:
    """`kind` says what was submitted instead of a tensor. The reference sets shape and dtype.

    `scale`: what a difference is measured against, asked for where the reference's own size
    does not settle it. `points`: dimensions that the learner's code does not see, since it works
    with numbers. `in_table`: whether the lecture's three columns are wanted. `largest`: the size of
    the reference's largest entry, where that is known.
    """
    if points and (submitted is None or submitted.shape != reference.shape):
        got = kind if submitted is None else f"a tensor of shape {tuple(submitted.shape)}"
        return Comparison(None, unfit=Unfit("no-plain-number", {"kind": got}))
    if submitted is None:
        number = kind in NUMBERS
        unfit = Unfit("not-a-tensor", {"kind": kind, "expected_shape": list(reference.shape)})
        return Comparison(() if number else None, unfit=unfit)
    shape = tuple(submitted.shape)
    if shape != tuple(reference.shape):
        unfit = Unfit("wrong-shape", {"shape": list(shape), "expected": list(reference.shape)})
        return Comparison(shape, unfit=unfit)
    if submitted.dtype != reference.dtype:
        dtypes = {"dtype": _name(submitted.dtype), "expected": _name(reference.dtype)}
        return Comparison(shape, unfit=Unfit("wrong-dtype", dtypes))
    if largest is None:
        largest = largest_entry(reference)
    if isfinite(largest) and torch.equal(submitted, reference):
        return Comparison(shape, in_table, in_table, 0.0, right=True)
    difference = (submitted - reference).abs().max().item()
    right = _within(difference, reference.dtype, largest, scale)
    if not isfinite(difference) and (not_finite := _not_finite(submitted, points)):
        return Comparison(shape, unfit=not_finite)
    return Comparison(
        shape,
        approximate=in_table and torch.allclose(submitted, reference),
        maxdiff=difference,
        right=right,
    )


def _within(
    difference: float, dtype: torch.dtype, largest: float, scale: Callable[[], float]
) -> bool:
    if not isfinite(difference):
        return False
    tolerance = TOLERANCE if dtype is torch.float64 else FLOAT32_TOLERANCE
    return difference <= tolerance * largest or difference <= tolerance * scale()


def _not_finite(submitted: torch.Tensor, points: int) -> Unfit | None:
    finite = torch.isfinite(submitted)
    if finite.all():
        return None
    where = (~finite).nonzero()
    evidence = {
        "count": len(where),
        "first": where[0, points:].tolist(),
        "value": str(submitted[tuple(where[0])].item()),
    }
    return Unfit("not-finite", evidence)


def fits(submitted: torch.Tensor | None, reference: torch.Tensor) -> bool:
    """Whether it can be worked with in the place of the reference."""
    if submitted is None or submitted.shape != reference.shape:
        return False
    return submitted.dtype == reference.dtype and bool(submitted.isfinite().all())


def worst_entry(submitted: torch.Tensor, reference: torch.Tensor) -> dict[str, Any]:
    """The entry that is furthest off: its index, the submitted value, torch's."""
    at = int((submitted - reference).abs().argmax())
    index: list[int] = []
    rest = at  # by hand: torch.unravel_index imports sympy, which takes 0.4 s
    for size in reversed(reference.shape):
        rest, position = divmod(rest, size)
        index.insert(0, position)
    return {
        "index": index,
        "yours": submitted.flatten()[at].item(),
        "expected": reference.flatten()[at].item(),
    }


def _name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")
