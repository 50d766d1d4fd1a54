"""Train a network with the learner's gradients: gradient descent as the lecture does it.

The grader computes the loss and takes the step; the learner's `backward`, in its child,
gives the gradients. Source: Zero to Hero, makemore part 4, exercise 4.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import torch

from grader.answer import Answer, Ended
from grader.attempt import Attempt
from grader.course.makemore import minibatch
from grader.names import NameData
from grader.report import Training
from grader.trial import Tensors, Trial, convert, reference_for

SHORT_RUN = 12  # steps of the graded run
LEARNING_RATE = 0.1
CURVE_TOLERANCE = 1e-8  # relative; float64 runs differ by rounding only


@dataclass(frozen=True)
class Step:
    trial: Trial
    loss: float
    answer: Answer | Ended


Gradients = Callable[[Trial], Answer | Ended]


def gradient_descent(
    start: Trial, data: NameData, gradients: Gradients, rates: Iterator[float]
) -> Iterator[Step]:
    """One Step per rate, as long as every trained parameter gets a gradient that fits it."""
    generator = torch.Generator().manual_seed(start.seed)
    parameters: Tensors = {name: start.inputs[name].clone() for name in start.exercise.trained}
    for number, rate in enumerate(rates):
        batch = convert(minibatch(data, start.sizes, generator), start.dtype)
        trial = replace(start, label=f"step {number}", inputs={**batch, **parameters})
        with torch.no_grad():
            loss = start.exercise.forward(**trial.inputs)["loss"].item()
        answer = gradients(trial)
        yield Step(trial, loss, answer)
        if isinstance(answer, Ended) or not _fits(answer, parameters):
            return
        parameters = {
            name: value - rate * answer.gradients[name] for name, value in parameters.items()
        }


def _fits(answer: Answer, parameters: Tensors) -> bool:
    return all(
        name in answer.gradients
        and answer.gradients[name].shape == value.shape
        and answer.gradients[name].is_floating_point()
        for name, value in parameters.items()
    )


def short_run(attempt: Attempt, start: Trial, data: NameData) -> list[Step]:
    """The graded run, with the learner's gradients."""
    rates = iter([LEARNING_RATE] * SHORT_RUN)
    ask: Gradients = lambda trial: attempt.backward(*trial.request())  # noqa: E731
    return list(gradient_descent(start, data, ask, rates))


def beside_autograd(steps: list[Step], start: Trial, data: NameData) -> Training:
    """The learner's loss curve beside autograd's, from the same start on the same batches."""
    rates = iter([LEARNING_RATE] * SHORT_RUN)
    torchs = gradient_descent(
        start, data, lambda trial: Answer(reference_for(trial).gradients), rates
    )
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
