"""What is written instead of a gradient is found in the text."""

import pytest

from grader.syntax.slips import Slip, slips

FOUND = {
    "return {'probs': g}": Slip("key", "probs", 2),
    "return dict(probs=g)": Slip("key", "probs", 2),
    "probs = g": Slip("assigned", "probs", 2),
    "dprobs = probs.grad": Slip("grad", "probs", 2),
}
NOTHING = ("return {'dprobs': g}", "dprobs = probs", "self.grad = g", "probs.grad = None", "x = {}")


@pytest.mark.parametrize("line", FOUND)
def test_it_is_found(line: str) -> None:
    assert list(slips(f"def backward(probs, g):\n    {line}\n", ["probs"])) == [FOUND[line]]


@pytest.mark.parametrize("line", NOTHING)
def test_nothing_is_found(line: str) -> None:
    assert list(slips(f"def backward(probs, g):\n    {line}\n", ["probs"])) == []


def test_what_is_not_missing_is_no_slip() -> None:
    assert list(slips("probs = 1\n", ["counts"])) == []
