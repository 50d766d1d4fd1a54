"""The splits of a list of names as tensors, and minibatches drawn from them.

A training run takes its batches from here: it builds the contexts once. The examples and
their order are those of names.py.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch

from grader.names import Examples


@dataclass(frozen=True)
class Split:
    contexts: torch.Tensor  # (examples, block_size), int64, character indices
    targets: torch.Tensor  # (examples,), int64, the characters that follow

    def __len__(self) -> int:
        return len(self.targets)

    def minibatch(self, n: int, generator: torch.Generator) -> dict[str, Any]:
        """n, Xb (n, block_size) and Yb (n,); the same draw as the course's minibatch."""
        positions = torch.randint(0, len(self), (n,), generator=generator)
        return {"n": n, "Xb": self.contexts[positions], "Yb": self.targets[positions]}

    def parts(self, size: int) -> Iterator["Split"]:
        """The split cut into parts of at most `size` examples, in order."""
        for start in range(0, len(self), size):
            yield Split(self.contexts[start : start + size], self.targets[start : start + size])


def as_tensors(examples: Examples) -> Split:
    """Every example of a split: windows over its words, each behind its empty context."""
    width, index_of = examples.block_size, examples.index_of
    stream: list[int] = []
    starts: list[int] = []
    for word in examples.words:
        start = len(stream)
        stream += [0] * width
        stream += [index_of[letter] for letter in word]
        stream.append(0)
        starts += range(start, len(stream) - width)
    windows = torch.tensor(stream).unfold(0, width + 1, 1)[starts]
    return Split(windows[:, :-1].contiguous(), windows[:, -1].contiguous())
