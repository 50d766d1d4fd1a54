"""Splits as tensors: the same examples, and the same batches, as the course draws."""

import pytest
import torch

from grader.course.makemore import contexts, minibatch
from grader.course.names import NameData, read_names
from grader.course.recipe import Recipe
from grader.train.dataset import Split, splits_of
from grader.workspace import kit

WORDS = ("anna", "bo", "christopher", "d", "eve", "fay", "gus", "hal", "ida", "jo", "kim", "lea")
RECIPE = Recipe(("W",), contexts, steps=10, rates=((1.0, 0.1),))


@pytest.mark.parametrize("block_size", [1, 3, 8])
def test_every_example_is_there_in_order(block_size: int) -> None:
    data = NameData(WORDS)
    splits = splits_of(data, RECIPE, {"block_size": block_size})
    for examples, split in zip(data.split(block_size), splits, strict=True):
        expected = [examples[position] for position in range(len(examples))]
        pairs = zip(split.tensors["Xb"].tolist(), split.tensors["Yb"].tolist(), strict=True)
        assert list(pairs) == expected
        assert len(split) == split.predictions == len(expected) > 0


def test_batches_are_those_of_the_course() -> None:
    data, sizes = NameData(read_names(kit.NAMES)), {"n": 32, "block_size": 3}
    train = splits_of(data, RECIPE, sizes)[0]
    ours, course = torch.Generator().manual_seed(5), torch.Generator().manual_seed(5)
    for _ in range(3):
        batch, expected = train.minibatch(32, ours).inputs, minibatch(data, sizes, course)
        assert batch["n"] == expected["n"]
        assert torch.equal(batch["Xb"], expected["Xb"])
        assert torch.equal(batch["Yb"], expected["Yb"])


def test_parts_hold_everything_once() -> None:
    split = splits_of(NameData(WORDS), RECIPE, {"block_size": 3})[0]
    parts = list(split.parts(7))
    assert [len(part) for part in parts[:-1]] == [7] * (len(parts) - 1)
    for name, whole in split.tensors.items():
        assert torch.equal(torch.cat([part.tensors[name] for part in parts]), whole)


def test_padding_is_no_prediction() -> None:
    real = torch.tensor([[1.0, 1.0, 0.0], [1.0, 1.0, 1.0], [1.0, 0.0, 0.0]])
    split = Split({"Xb": torch.zeros(3, 3), "real": real}, "real")
    assert split.predictions == 6
    assert [part.predictions for part in split.parts(2)] == [5, 1]
