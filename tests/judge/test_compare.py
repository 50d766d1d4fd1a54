"""A gradient beside torch's: what it is, the lecture's three columns, whether it is right."""

import math
from typing import Any

import pytest
import torch

from grader.judge.compare import Comparison, compare, worst_entry
from grader.tensors import TOLERANCE

REFERENCE = torch.tensor([[0.5, -2.0], [0.25, 4.0]], dtype=torch.float64)


def compared(
    submitted: torch.Tensor | None,
    kind: str | None = None,
    reference: torch.Tensor = REFERENCE,
    scale: float = 4.0,
    points: int = 0,
) -> Comparison:
    return compare(submitted, kind, reference, lambda: scale, points, in_table=True)


def test_the_same_numbers_are_exact_and_right() -> None:
    found = compared(REFERENCE.clone(), None, REFERENCE, 4.0)
    assert (found.exact, found.approximate, found.maxdiff, found.right) == (True, True, 0.0, True)


def test_the_columns_are_those_of_the_lecture() -> None:
    submitted = REFERENCE + torch.tensor([[0.0, 0.0], [3e-7, 0.0]], dtype=torch.float64)
    found = compared(submitted, None, REFERENCE, 4.0)
    assert found.exact == bool(torch.all(submitted == REFERENCE))
    assert found.approximate == torch.allclose(submitted, REFERENCE)
    assert found.maxdiff == (submitted - REFERENCE).abs().max().item()


@pytest.mark.parametrize(("parts", "right"), [(0.5, True), (2.0, False)])
def test_the_tolerance_is_a_part_of_the_scale(parts: float, right: bool) -> None:
    scale = 100.0
    submitted = REFERENCE.clone()
    submitted[1, 0] += parts * TOLERANCE * scale
    assert compared(submitted, None, REFERENCE, scale).right is right


def test_the_entry_furthest_off_is_told() -> None:
    submitted = REFERENCE.clone()
    submitted[0, 1] = 5.0
    told = {"index": [0, 1], "yours": 5.0, "expected": -2.0}
    assert worst_entry(submitted, REFERENCE) == told


@pytest.mark.parametrize(
    ("submitted", "mistake"),
    [
        (torch.ones(2, dtype=torch.float64), "wrong-shape"),
        (torch.ones(1, 2, 2, dtype=torch.float64), "wrong-shape"),
        (torch.tensor(0.0, dtype=torch.float64), "wrong-shape"),
        (REFERENCE.T[:1], "wrong-shape"),
        (REFERENCE.float(), "wrong-dtype"),
        (REFERENCE.long(), "wrong-dtype"),
        (REFERENCE.bool(), "wrong-dtype"),
        (REFERENCE * math.nan, "not-finite"),
        (REFERENCE / 0.0, "not-finite"),
    ],
)
def test_what_is_no_gradient_of_this_value_is_unfit(submitted: torch.Tensor, mistake: str) -> None:
    found = compared(submitted, None, REFERENCE, 4.0)
    assert found.unfit is not None
    assert found.unfit.mistake == mistake
    assert not (found.exact or found.approximate or found.right)
    assert found.maxdiff is None


def test_the_first_entry_that_is_not_finite_is_told() -> None:
    submitted = REFERENCE.clone()
    submitted[1, 0], submitted[1, 1] = math.inf, math.nan
    found = compared(submitted, None, REFERENCE, 4.0)
    assert found.unfit is not None
    assert found.unfit.evidence == {"count": 2, "first": [1, 0], "value": "inf"}


@pytest.mark.parametrize(
    ("kind", "shape"), [("builtins.float", ()), ("builtins.int", ()), ("builtins.list", None)]
)
def test_what_is_no_tensor_is_unfit(kind: str, shape: Any) -> None:
    found = compared(None, kind, REFERENCE, 4.0)
    assert found.unfit is not None
    assert found.unfit.mistake == "not-a-tensor"
    assert found.unfit.evidence["kind"] == kind
    assert not found.right


@pytest.mark.parametrize("scale", [0.0, 1.0])
def test_nothing_is_right_beside_a_reference_that_is_not_finite(scale: float) -> None:
    assert not compared(REFERENCE, None, REFERENCE * math.nan, scale).right


def test_an_empty_gradient_is_right() -> None:
    empty = torch.empty(0, 2, dtype=torch.float64)
    assert compared(empty.clone(), None, empty, 0.0).right


def test_the_scale_is_not_asked_for_where_the_size_settles_it() -> None:
    def unasked() -> float:
        raise AssertionError

    submitted = REFERENCE.clone()
    submitted[1, 0] += 0.5 * TOLERANCE * 4.0
    assert compare(submitted, None, REFERENCE, unasked).right


def test_the_columns_are_for_the_table_only() -> None:
    found = compare(REFERENCE.clone(), None, REFERENCE, lambda: 4.0)
    assert (found.exact, found.approximate, found.right) == (False, False, True)


def test_an_infinite_entry_is_not_right_though_the_reference_has_it_too() -> None:
    infinite = REFERENCE / 0.0
    found = compared(infinite.clone(), reference=infinite)
    assert found.unfit is not None
    assert not (found.exact or found.right)
