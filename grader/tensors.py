"""Whether two tensors are the same: to the bit, or within a tolerance of a scale; and in shape."""

from math import isfinite
from typing import Any

import torch

# Of the scale. In float64 right answers differ by 1e-16 times a few hundred operations; the
# smallest mistake seen is off by 1e-5 of the scale.
TOLERANCE = 1e-9


def is_dense(value: Any) -> bool:
    """A plain tensor with a shape, and memory for every entry of it."""
    return type(value) is torch.Tensor and value.layout is torch.strided and not value.is_nested


def identical(one: Any, other: Any) -> bool:
    """Plain equality of dense tensors: dtype, device, shape and every entry; NaN equals NaN.

    Of others (sparse, quantised, without values, of less than a byte an entry), for which torch
    has no equality: whether they are one object.
    """
    if not isinstance(one, torch.Tensor) or not isinstance(other, torch.Tensor):
        return False
    if one.is_nested or other.is_nested:
        return one is other
    if one.dtype is not other.dtype or one.shape != other.shape:
        return False
    if one.layout is not other.layout or one.device != other.device:
        return False
    try:
        return torch.equal(one, other) or (one.is_floating_point() and _equal_but_nan(one, other))
    except RuntimeError:
        return one is other


def _equal_but_nan(one: torch.Tensor, other: torch.Tensor) -> bool:
    nan = one.isnan()
    return (
        bool(nan.any()) and torch.equal(nan, other.isnan()) and torch.equal(one[~nan], other[~nan])
    )


def in_shape(one: torch.Tensor, shape: torch.Size) -> torch.Tensor | None:
    """The same numbers in this shape, where only leading dimensions of size 1 set it apart.

    Broadcasting takes (64,) and (1, 64) for the same, as the lecture's own comparison does. None
    for any other shape: (64, 1) beside (64,) would become (64, 64).
    """
    if one.shape == shape:
        return one
    alike = _without_leading_ones(one.shape) == _without_leading_ones(shape)
    return one.reshape(shape) if alike else None


def _without_leading_ones(shape: torch.Size) -> tuple[int, ...]:
    first = next((at for at, size in enumerate(shape) if size != 1), len(shape))
    return tuple(shape[first:])


def largest_entry(tensor: torch.Tensor) -> float:
    """Its size; 0 where there is none, not finite where one entry is not."""
    return float(tensor.abs().max().item()) if tensor.numel() else 0.0


def close(
    one: torch.Tensor, other: torch.Tensor, scale: float | None = None, by: float = TOLERANCE
) -> bool:
    """Whether shape and dtype agree, and no entry differs by more than `by` times the scale.

    The scale is the largest entry of `other`, where none is given. False where either
    has a NaN or an infinity.
    """
    if one.shape != other.shape or one.dtype != other.dtype:
        return False
    if not one.numel():
        return True
    if scale is None:
        scale = max(other.abs().max().item(), 1e-30)
    # Finite: an infinite entry is as far from all others as the scale is large.
    largest = (one - other).abs().max().item()
    return isfinite(largest) and largest <= by * scale
