"""Train a network with the learner's gradients: gradient descent as the lecture does it.

The grader computes the loss and takes the step; the learner's `backward`, in its child,
gives the gradients. The exercise's recipe says the rest. Source: Zero to Hero, makemore
part 4, exercise 4.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import count, repeat
from typing import Any

import torch

from grader.course.exercise import Exercise
from grader.course.names import NameData
from grader.judge.trial import Tensors, Trial, convert, make_trial
from grader.process.answer import Answer, Ended
from grader.process.attempt import Attempt
from grader.report import Training
from grader.train.dataset import Split

SHORT_RUN = 12  # steps of the graded run
CURVE_TOLERANCE = 1e-8  # relative; float64 runs differ by rounding only


@dataclass(frozen=True)
class Unfit:
    """A gradient that no step can be taken with: "missing", "misshapen" or "not_finite"."""

    name: str
    how: str


@dataclass(frozen=True)
class Step:
    trial: Trial
    loss: float  # before the step
    answer: Answer | Ended
    parameters: Tensors  # after the step; where none was taken, before it
    taken: bool = False
    unfit: Unfit | None = None


Gradients = Callable[[Trial, Tensors], Answer | Ended]  # of a trial and its forward values


def gradient_descent(
    start: Trial, batches: Iterable[dict[str, Any]], gradients: Gradients, rates: Iterable[float]
) -> Iterator[Step]:
    """One Step per rate; the last one is not taken where no step can be.

    That is where the child ended, `backward` raised, or a trained parameter has no finite
    gradient of its own shape.
    """
    parameters: Tensors = {name: start.inputs[name].clone() for name in start.exercise.trained}
    for number, (rate, batch) in enumerate(zip(rates, batches, strict=False)):
        inputs = {**start.inputs, **convert(batch, start.dtype), **parameters}
        trial = replace(start, label=f"step {number}", inputs=inputs)
        values = trial.values()
        answer = gradients(trial, values)
        step = _step(trial, values["loss"].item(), answer, parameters, rate)
        yield step
        if not step.taken:
            return
        parameters = step.parameters


def _step(
    trial: Trial, loss: float, answer: Answer | Ended, parameters: Tensors, rate: float
) -> Step:
    not_taken = Step(trial, loss, answer, parameters)
    if isinstance(answer, Ended) or answer.raised is not None:
        return not_taken
    after = {}
    for name, value in parameters.items():
        gradient = answer.gradients.get(name)
        if gradient is None:
            return replace(not_taken, unfit=Unfit(name, "missing"))
        if gradient.shape != value.shape or not gradient.is_floating_point():
            return replace(not_taken, unfit=Unfit(name, "misshapen"))
        after[name] = value - rate * gradient.to(value.dtype)
        if not math.isfinite(after[name].sum().item()):  # a NaN or infinity is in the sum
            return replace(not_taken, unfit=Unfit(name, "not_finite"))
    return Step(trial, loss, answer, after, taken=True)


def short_run(attempt: Attempt, start: Trial, data: NameData) -> list[Step]:
    """The graded run, with the learner's gradients."""
    return list(_short(start, data, by_hand(attempt)))


def _short(start: Trial, data: NameData, gradients: Gradients) -> Iterator[Step]:
    recipe, inputs = start.exercise.recipe, start.exercise.inputs
    assert recipe is not None
    drawn = (inputs(data, start.seed + number, start.sizes) for number in count(1))
    batches = (
        {name: value for name, value in batch.items() if name not in recipe.trained}
        for batch in drawn
    )
    _, rate = recipe.rates[0]
    return gradient_descent(start, batches, gradients, [rate] * SHORT_RUN)


def real_start(exercise: Exercise, data: NameData, seed: int) -> Trial:
    """The network of a real run before its first step, float32, at the recipe's sizes."""
    recipe = exercise.recipe
    assert recipe is not None
    sizes = exercise.sizes | recipe.sizes
    drawn = make_trial(exercise, data, "training", seed, sizes, torch.float32)
    return replace(drawn, inputs=drawn.inputs | recipe.settings)


def long_run(
    start: Trial,
    train: Split,
    rates: Iterable[float],
    generator: torch.Generator,
    gradients: Gradients,
) -> Iterator[Step]:
    """A real run on minibatches, a Step for each learning rate.

    Batches are drawn from `generator` one at a time, right before their step. An attempt that
    gives the gradients should want those of the trained parameters only.
    """
    n = start.sizes["n"]
    batches = (train.minibatch(n, generator).inputs for _ in repeat(None))
    return gradient_descent(start, batches, gradients, rates)


def by_hand(attempt: Attempt) -> Gradients:
    """The learner's gradients."""
    return lambda trial, values: attempt.backward(*trial.request(values))


def by_autograd(trial: Trial, _: Tensors) -> Answer:
    """torch's own, of the trained parameters."""
    leaves = {name: trial.inputs[name].clone().requires_grad_() for name in trial.exercise.trained}
    trial.exercise.forward(**{**trial.inputs, **leaves})["loss"].backward()
    return Answer({name: leaf.grad for name, leaf in leaves.items() if leaf.grad is not None})


def beside_autograd(steps: list[Step], start: Trial, data: NameData) -> Training:
    """The learner's loss curve beside autograd's, from the same start on the same batches."""
    torchs = _short(start, data, by_autograd)
    expected = tuple(step.loss for step in torchs)
    losses = tuple(step.loss for step in steps)
    apart = first_difference(losses, expected)
    return Training(len(expected), losses, expected, apart is None, apart)


def first_difference(losses: tuple[float, ...], expected: tuple[float, ...]) -> int | None:
    """The first step at which the curves differ, or one of them ends; None if nowhere."""
    for number, theirs in enumerate(expected):
        if number >= len(losses):
            return number
        if not abs(losses[number] - theirs) <= CURVE_TOLERANCE * abs(theirs):  # NaN differs
            return number
    return None
