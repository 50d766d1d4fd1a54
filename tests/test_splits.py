"""Splits as tensors: the same examples, and the same batches, as the course draws."""

import pytest
import torch

from grader import kit
from grader.course.makemore import minibatch
from grader.names import NameData, read_names
from grader.splits import as_tensors

WORDS = ("anna", "bo", "christopher", "d", "eve", "fay", "gus", "hal", "ida", "jo", "kim", "lea")


@pytest.mark.parametrize("block_size", [1, 3, 8])
def test_every_example_is_there_in_order(block_size: int) -> None:
    for examples in NameData(WORDS).split(block_size):
        split = as_tensors(examples)
        expected = [examples[position] for position in range(len(examples))]
        assert list(zip(split.contexts.tolist(), split.targets.tolist(), strict=True)) == expected
        assert expected


def test_batches_are_those_of_the_course() -> None:
    data, sizes = NameData(read_names(kit.NAMES)), {"n": 32, "block_size": 3}
    train = as_tensors(data.split(3)[0])
    ours, course = torch.Generator().manual_seed(5), torch.Generator().manual_seed(5)
    for _ in range(3):
        batch, expected = train.minibatch(32, ours), minibatch(data, sizes, course)
        assert batch["n"] == expected["n"]
        assert torch.equal(batch["Xb"], expected["Xb"])
        assert torch.equal(batch["Yb"], expected["Yb"])


def test_parts_hold_everything_once() -> None:
    split = as_tensors(NameData(WORDS).split(3)[0])
    parts = list(split.parts(7))
    assert [len(part) for part in parts[:-1]] == [7] * (len(parts) - 1)
    assert torch.equal(torch.cat([part.contexts for part in parts]), split.contexts)
    assert torch.equal(torch.cat([part.targets for part in parts]), split.targets)
