"""How a network of the course is trained: declared by its course file, carried out by training.py.

A step is `parameter -= rate * gradient`, as in the lectures, with the learner's gradients.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, repeat
from typing import Any

# Of words, the index of each letter and the sizes: the forward pass's inputs that are data,
# tensors whose first dimension is the example. A word gives a prediction for each of its
# letters, in order, and one for its end.
ExamplesOf = Callable[[Sequence[str], Mapping[str, int], Mapping[str, int]], dict[str, Any]]


@dataclass(frozen=True)
class Yardstick:
    """Another model of the same data, to hold the trained network against."""

    name: str
    loss: Callable[[dict[str, Any], dict[str, Any]], float]  # of the training split, of a split


@dataclass(frozen=True)
class Recipe:
    trained: tuple[str, ...]  # the parameters that a step updates
    examples: ExamplesOf
    steps: int  # of a real run, where the call names none
    rates: tuple[tuple[float, float], ...]  # (share of the steps, learning rate), in order
    sizes: dict[str, int] = field(default_factory=dict)  # of a real run, where not the graded ones
    settings: dict[str, float] = field(default_factory=dict)  # numbers the forward pass is given
    statistics: tuple[str, ...] = ()  # chunks over the batch, fixed after training: BatchNorm's
    mask: str | None = None  # the tensor that is 1.0 where a character is to be predicted
    search: tuple[float, float] = (1e-3, 1.0)  # the learning rates that are tried
    yardstick: Yardstick | None = None

    def rates_of(self, steps: int, done: int = 0) -> Iterator[float]:
        """The learning rate of each of `steps` steps, but for the first that are done."""
        shares = accumulate(share for share, _ in self.rates[:-1])
        ends = [*(int(share * steps) for share in shares), steps]
        for end, (_, rate) in zip(ends, self.rates, strict=True):
            yield from repeat(rate, max(end - done, 0))
            done = max(done, end)
