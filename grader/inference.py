"""A trained network put to use: BatchNorm calibrated, losses of the splits, sampled names.

Source: Zero to Hero, makemore part 4, the cells after exercise 4. The forward pass is the
exercise's own, chunk by chunk; only BatchNorm's statistics are no longer the batch's.
"""

from dataclasses import dataclass
from typing import Any

import torch

from grader.exercise import Exercise
from grader.splits import Split
from grader.trial import Tensors, evaluate

STATISTICS = ("bnmean", "bnvar")  # the chunks that look at the whole batch
PART = 8192  # examples at a time; a split's loss needs no more memory than this
LONGEST = 40  # characters; no network must end a name
BOUNDARY = 0


@dataclass(frozen=True)
class Network:
    """Parameters and calibrated statistics: all that is needed to predict a character."""

    exercise: Exercise
    fixed: Tensors

    def value(self, name: str, part: Split) -> torch.Tensor:
        """The chunk `name` of the forward pass on these examples."""
        return _value(self.exercise, self.fixed, name, part)


def _value(exercise: Exercise, fixed: Tensors, name: str, part: Split) -> torch.Tensor:
    scope: dict[str, Any] = {
        **fixed, "n": len(part), "Xb": part.contexts, "Yb": part.targets
    }  # fmt: skip
    with torch.no_grad():
        for chunk in exercise.forward_pass.chunks:
            if chunk.name not in scope:
                scope[chunk.name] = evaluate(exercise, chunk.expression, scope)
            if chunk.name == name:
                break
    result: torch.Tensor = scope[name]
    return result


def calibrated(exercise: Exercise, parameters: Tensors, train: Split) -> Network:
    """The network with the mean and the unbiased variance over the whole training split."""
    fixed = dict(parameters)
    for name in STATISTICS:
        fixed[name] = _value(exercise, fixed, name, train)
    return Network(exercise, fixed)


def split_loss(network: Network, split: Split) -> float:
    """The mean cross-entropy over a split."""
    total = sum(network.value("loss", part).item() * len(part) for part in split.parts(PART))
    return total / len(split)


def sample(network: Network, letters: str, block_size: int, seed: int, count: int) -> list[str]:
    """Names drawn from the network, a character at a time, until it draws the boundary."""
    generator = torch.Generator().manual_seed(seed)
    return [_one_name(network, letters, block_size, generator) for _ in range(count)]


def _one_name(network: Network, letters: str, block_size: int, generator: torch.Generator) -> str:
    context, name = [BOUNDARY] * block_size, ""
    nothing = torch.zeros(1, dtype=torch.int64)
    while len(name) < LONGEST:
        logits = network.value("logits", Split(torch.tensor([context]), nothing))
        probabilities = logits.softmax(1)
        if not probabilities.isfinite().all():  # parameters near the edge of float32
            break
        drawn = int(torch.multinomial(probabilities, 1, generator=generator).item())
        if drawn == BOUNDARY:
            break
        name += letters[drawn]
        context = [*context[1:], drawn]
    return name
