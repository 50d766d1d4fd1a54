"""A trained network put to use: BatchNorm calibrated, losses of the splits, sampled names.

Source: Zero to Hero, makemore part 4, the cells after exercise 4. The forward pass is the
exercise's own, chunk by chunk; only BatchNorm's statistics are no longer the batch's.
"""

import math
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import torch

from grader.bench.trial import Tensors, Trial
from grader.bench.trial import evaluate as evaluate_chunk
from grader.course.exercise import Exercise
from grader.course.recipe import Recipe
from grader.render.messages import OUTGROWN
from grader.report import BesideAutograd, OtherModel, Trained
from grader.train.checkpoint import Checkpoint
from grader.train.dataset import Split
from grader.train.left_out import left_out

SAMPLES = 20
SAMPLE_SEED = 10  # added to the seed, as the lecture does
PART = 8192  # examples at a time; a split's loss needs no more memory than this
LONGEST = 40  # characters; no network must end a name
BOUNDARY = 0


@dataclass(frozen=True)
class Network:
    """Parameters and calibrated statistics: all that is needed to predict a character."""

    exercise: Exercise
    recipe: Recipe
    sizes: dict[str, int]
    fixed: dict[str, Any]  # by name: every input but the examples, and the statistics

    def value(self, name: str, part: Split) -> torch.Tensor:
        """The chunk `name` of the forward pass on these examples."""
        scope: dict[str, Any] = {**self.fixed, **part.inputs}
        with torch.no_grad():
            for chunk in self.exercise.forward_pass.chunks:
                if chunk.name not in scope:
                    scope[chunk.name] = evaluate_chunk(self.exercise, chunk.expression, scope)
                if chunk.name == name:
                    break
        result: torch.Tensor = scope[name]
        return result

    def logits(self, prefix: str, index_of: dict[str, int]) -> torch.Tensor:
        """(predictions, vocab_size): of each character of `prefix`, then of what follows it."""
        word = Split(self.recipe.examples((prefix,), index_of, self.sizes), self.recipe.mask)
        rows = self.value("logits", word).flatten(0, -2)
        return rows if word.mask is None else rows[word.tensors[word.mask].flatten() > 0]


def calibrated(start: Trial, parameters: Tensors, train: Split) -> Network:
    """The network with its statistics taken over the whole training split."""
    exercise, recipe = start.exercise, start.exercise.recipe
    assert recipe is not None
    network = Network(exercise, recipe, start.sizes, {**start.inputs, **parameters})
    for name in recipe.statistics:
        network = replace(network, fixed={**network.fixed, name: network.value(name, train)})
    return network


def split_loss(network: Network, split: Split) -> float:
    """The mean cross-entropy over the predicted characters of a split, in nats."""
    total = sum(network.value("loss", part).item() * part.predictions for part in split.parts(PART))
    return total / split.predictions


def sample(network: Network, letters: str, seed: int, count: int) -> list[str]:
    """Names drawn from the network, a character at a time, until it draws the boundary.

    One that insults is drawn again; of a network that draws nothing else there are fewer.
    """
    generator = torch.Generator().manual_seed(seed)
    drawn = (_one_name(network, letters, generator) for _ in range(2 * count))
    return list(islice((name for name in drawn if not left_out(name)), count))


def _one_name(network: Network, letters: str, generator: torch.Generator) -> str:
    index_of = {letter: index for index, letter in enumerate(letters)}
    name = ""
    while len(name) < LONGEST:
        logits = network.logits(name, index_of)
        if len(logits) != len(name) + 1:  # a name that is as long as the network reads
            break
        probabilities = logits[-1].softmax(0)
        if not probabilities.isfinite().all():  # parameters near the edge of float32
            break
        drawn = int(torch.multinomial(probabilities, 1, generator=generator).item())
        if drawn == BOUNDARY:
            break
        name += letters[drawn]
    return name


def evaluate(start: Trial, reached: Checkpoint, splits: list[Split], letters: str) -> Trained:
    """The losses of the three splits, in nats, and some names.

    `start`: the network before its first step, float32. `splits`: train, dev, test. `letters`:
    those of the names, the boundary first. Where a loss is not finite there is a problem
    instead.
    """
    done = Trained(reached.done, reached.identity.steps, reached.seconds)
    network = calibrated(start, reached.parameters, splits[0])
    losses = train, dev, test = _losses(network, splits)
    beside, theirs = None, losses
    if reached.identity.beside_autograd:
        theirs = _losses(calibrated(start, reached.autograd, splits[0]), splits)
        beside = BesideAutograd(*theirs, reached.apart)
    if not all(map(math.isfinite, (*losses, *theirs))):
        return replace(done, problem=OUTGROWN)
    return replace(
        done,
        train_loss=train,
        dev_loss=dev,
        test_loss=test,
        samples=tuple(sample(network, letters, start.seed + SAMPLE_SEED, SAMPLES)),
        autograd=beside,
        yardstick=_yardstick(network.recipe, splits),
    )


def _yardstick(recipe: Recipe, splits: list[Split]) -> OtherModel | None:
    other = recipe.yardstick
    if other is None:
        return None
    train, dev, test = (other.loss(splits[0].tensors, split.tensors) for split in splits)
    return OtherModel(other.name, train, dev, test)


def _losses(network: Network, splits: list[Split]) -> tuple[float, float, float]:
    train, dev, test = (split_loss(network, split) for split in splits)
    return train, dev, test
