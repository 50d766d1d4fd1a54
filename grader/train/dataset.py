"""The splits of a list of names as tensors, and minibatches drawn from them.

A training run takes its batches from here: it builds the examples once, as the exercise's
recipe says. The splits are those of names.py.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch

from grader.course.names import NameData
from grader.course.recipe import Recipe


@dataclass(frozen=True)
class Split:
    tensors: dict[str, torch.Tensor]  # the first dimension of each is the example
    mask: str | None = None  # of tensors: 1.0 where a character is to be predicted

    def __len__(self) -> int:
        return len(next(iter(self.tensors.values())))

    def __getitem__(self, positions: torch.Tensor | slice) -> "Split":
        chosen = {name: tensor[positions] for name, tensor in self.tensors.items()}
        return Split(chosen, self.mask)

    @property
    def inputs(self) -> dict[str, Any]:
        """What the forward pass is given: n, the number of examples, and their tensors."""
        return {"n": len(self), **self.tensors}

    @property
    def predictions(self) -> float:
        """How many characters are predicted."""
        return len(self) if self.mask is None else self.tensors[self.mask].sum().item()

    def minibatch(self, n: int, generator: torch.Generator) -> "Split":
        """n examples; for contexts the same draw as the course's minibatch."""
        return self[torch.randint(0, len(self), (n,), generator=generator)]

    def parts(self, size: int) -> Iterator["Split"]:
        """The split cut into parts of at most `size` examples, in order."""
        for start in range(0, len(self), size):
            yield self[start : start + size]


def splits_of(data: NameData, recipe: Recipe, sizes: dict[str, int]) -> list[Split]:
    """Train, dev and test."""
    return [
        Split(recipe.examples(words, data.index_of, sizes), recipe.mask)
        for words in data.word_splits
    ]
