"""What is written instead of a gradient is found in the text."""

import ast

import pytest

from grader.syntax.slips import Slip, slips

FOUND = {
    "return {'probs': g}": Slip("key", "probs", 2),
    "return dict(probs=g)": Slip("key", "probs", 2),
    "probs = g": Slip("assigned", "probs", 2),
    "dprobs = probs.grad": Slip("grad", "probs", 2),
}
NOTHING = ("return {'dprobs': g}", "dprobs = probs", "self.grad = g", "probs.grad = None", "x = {}")


def found(line: str, missing: list[str]) -> list[Slip]:
    tree = ast.parse(f"def backward(probs, g):\n    {line}\n")
    return list(slips(tree, ["probs", "counts"], missing))


@pytest.mark.parametrize("line", FOUND)
def test_it_is_found(line: str) -> None:
    assert found(line, missing=["probs"]) == [FOUND[line]]


@pytest.mark.parametrize("line", NOTHING)
def test_nothing_is_found(line: str) -> None:
    assert found(line, missing=["probs"]) == []


def test_what_is_not_missing_is_no_slip() -> None:
    assert found("probs = 1", missing=["counts"]) == []


def test_a_grad_is_a_slip_where_nothing_is_missing() -> None:
    assert found("dcounts = probs.grad * 2", missing=[]) == [Slip("grad", "probs", 2)]
