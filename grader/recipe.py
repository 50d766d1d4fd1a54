"""How a network of the course is trained: declared by its course file, carried out by training.py.

A step is `parameter -= rate * gradient`, as in the lectures, with the learner's gradients.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, chain, pairwise, repeat
from typing import Any

# Of words, the index of each letter and the sizes: the forward pass's inputs that are data,
# tensors whose first dimension is the example. A word gives a prediction for each of its
# letters, in order, and one for its end.
ExamplesOf = Callable[[Sequence[str], Mapping[str, int], Mapping[str, int]], dict[str, Any]]


@dataclass(frozen=True)
class Recipe:
    trained: tuple[str, ...]  # the parameters that a step updates
    examples: ExamplesOf
    steps: int  # of a real run, where the call names none
    rates: tuple[tuple[float, float], ...]  # (share of the steps, learning rate), in order
    sizes: dict[str, int] = field(default_factory=dict)  # of a real run, where not the graded ones
    whole: bool = False  # every step on the whole training split, not on a minibatch of n
    statistics: tuple[str, ...] = ()  # chunks over the batch, fixed after training: BatchNorm's
    loss: str = "loss"  # the chunk that is the mean over the predicted characters
    mask: str | None = None  # the tensor that is 1.0 where a character is to be predicted
    search: tuple[float, float] = (1e-3, 1.0)  # the learning rates that are tried

    def rates_of(self, steps: int) -> list[float]:
        """The learning rate of each of `steps` steps."""
        shares = accumulate(share for share, _ in self.rates[:-1])
        bounds = [0, *(int(share * steps) for share in shares), steps]
        return list(
            chain.from_iterable(
                repeat(rate, end - start)
                for (start, end), (_, rate) in zip(pairwise(bounds), self.rates, strict=True)
            )
        )
