"""Gradient descent as the lecture does it, with gradients from anywhere.

The grader computes the loss and takes the step; a function gives the gradients: the learner's
`backward` in its child (learner.py), or torch. The exercise's recipe says what is trained.
Source: Zero to Hero, makemore part 4, exercise 4.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from grader.bench.trial import Tensors, Trial, convert
from grader.protocol.messages import Answer, Ended


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


Gradients = Callable[[Trial], Answer | Ended]
# Called after every step that was taken, with the number of steps done and the step's loss;
# True asks to stop there.
Observer = Callable[[int, float], bool]


def unobserved(done: int, loss: float) -> bool:
    return False


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
        answer = gradients(trial)
        step = _step(trial, trial.values["loss"].item(), answer, parameters, rate)
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


def by_autograd(trial: Trial) -> Answer:
    """torch's own, of the trained parameters."""
    leaves = {name: trial.inputs[name].clone().requires_grad_() for name in trial.exercise.trained}
    trial.exercise.forward(**{**trial.inputs, **leaves})["loss"].backward()
    return Answer({name: leaf.grad for name, leaf in leaves.items() if leaf.grad is not None})
