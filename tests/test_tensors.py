"""Identical to the bit, or close within a scale: what is not finite is close to nothing."""

import math

import pytest
import torch

from grader.tensors import TOLERANCE, close, identical

ONES = torch.ones(2, 3, dtype=torch.float64)


@pytest.mark.parametrize("what", [math.inf, -math.inf, math.nan])
def test_nothing_is_close_to_what_is_not_finite(what: float) -> None:
    other = ONES.clone()
    other[0, 1] = what
    assert not close(ONES, other)
    assert not close(other, ONES)
    assert not close(other, other.clone())


def test_close_is_measured_against_the_largest_entry_or_the_scale_given() -> None:
    other = 4 * ONES
    assert close(other + 3 * TOLERANCE, other)
    assert not close(other + 5 * TOLERANCE, other)
    assert close(other + 5 * TOLERANCE, other, scale=6.0)
    assert close(other + 0.1, other, by=0.05)


def test_shape_and_dtype_have_to_agree() -> None:
    assert not close(ONES, ONES[0])
    assert not close(ONES, ONES.float())
    assert not identical(ONES, ONES[:1])
    assert not identical(ONES, ONES.float())
    assert not identical(ONES, None)


def test_identical_is_to_the_bit_and_nan_is_what_nan_is() -> None:
    one = ONES.clone()
    one[1, 2] = math.nan
    assert identical(one, one.clone())
    assert not identical(one, ONES)
    other = one.clone()
    other[0, 0] += 1e-16 * 4
    assert not identical(one, other)
    assert identical(ONES.long(), ONES.long())


@pytest.mark.filterwarnings("ignore:.*nested tensors:UserWarning")
def test_tensors_that_torch_cannot_compare_are_identical_to_themselves_only() -> None:
    plain = torch.ones(2, 2)
    kinds = [
        plain.to("meta"),
        plain.to_sparse(),
        torch.empty(2, 2, dtype=torch.bits8),
        torch.nested.nested_tensor([plain, plain]),
    ]
    for kind in kinds:
        assert identical(kind, kind), kind.dtype
        assert not identical(kind, kind.detach().clone()), kind.dtype
        assert not identical(kind, plain)
