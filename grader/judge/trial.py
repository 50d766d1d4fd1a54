"""A trial: one set of inputs on which a submission is called, and torch's own answer there.

References are worked out after the child has ended (see grading.py); a trial itself holds
forward values only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from inspect import signature
from typing import Any

import torch

from grader.course.exercise import Exercise
from grader.course.names import NameData

Tensors = dict[str, torch.Tensor]
# What a chunk in scalars calls as a function, as the learner does with Python's math.
MATH = {name: getattr(torch, name) for name in ("exp", "log", "sin", "cos", "tanh", "sqrt")}


@dataclass(frozen=True)
class Trial:
    exercise: Exercise
    label: str  # "lecture" (float32), "decision" (float64), "other sizes" (float64), ...
    dtype: torch.dtype
    seed: int
    sizes: dict[str, int]
    inputs: dict[str, Any]  # numbers and tensors, as the forward function takes them

    def numbers(self) -> dict[str, Any]:
        return {name: value for name, value in self.inputs.items() if not torch.is_tensor(value)}

    def values(self) -> Tensors:
        """Every tensor of the forward pass, inputs included, without its graph."""
        with torch.no_grad():
            scope = self.exercise.forward(**self.inputs)
        names = self.exercise.forward_pass.names
        return {name: scope[name] for name in names if torch.is_tensor(scope[name])}

    def request(self, values: Tensors | None = None) -> tuple[dict[str, Any], Tensors]:
        """What a child is told: no loss, for no gradient of it is asked, nothing that the
        learner is to work out, and no reference.

        `values` are this trial's own, where the caller has them already.
        """
        values = self.values() if values is None else values
        withheld = {"loss", *self.exercise.values}
        values = {name: value for name, value in values.items() if name not in withheld}
        facts = {
            "numbers": self.numbers(),
            "float64": self.dtype is torch.float64,
            "kind": self.exercise.kind.name,
            "values": list(self.exercise.values),
            "chunks": [[chunk.name, chunk.expression] for chunk in self.exercise.chunks_to_run],
        }
        return facts, values

    def due(self, scope: Mapping[str, Any]) -> Tensors:
        """What is asked for and is no gradient, from the values of the forward pass.

        To be called when the child has ended, as torch's gradients are. One that rests on
        another may be worked out from what was submitted for that: with it in the scope.
        """
        slopes = self.exercise.slopes
        found = {name: self.slopes_of(value)[at] for name, (value, at) in slopes.items()}
        if self.exercise.due is not None:
            asked = signature(self.exercise.due).parameters
            found |= self.exercise.due(**{name: scope[name] for name in asked if name in scope})
        return {name: value.detach().to(self.dtype) for name, value in found.items()}

    def mistaken(self, scope: Mapping[str, Any]) -> dict[str, dict[str, list[torch.Tensor]]]:
        """By known mistake: what each value that is no gradient may be with it."""
        if self.exercise.mistaken is None:
            return {}
        asked = signature(self.exercise.mistaken).parameters
        found = self.exercise.mistaken(**{name: scope[name] for name in asked})
        return {
            mistake: {
                name: [value.detach().to(self.dtype) for value in _each(values)]
                for name, values in of_one.items()
            }
            for mistake, of_one in found.items()
        }

    def slopes_of(self, value: str) -> Tensors:
        """The slopes of one value of the forward pass, by the input that grows."""
        leaves = {
            name: given.detach().clone().requires_grad_()
            for name, given in self.inputs.items()
            if torch.is_tensor(given) and given.is_floating_point()
        }
        with torch.enable_grad():
            total = self.exercise.forward(**{**self.inputs, **leaves})[value].sum()
        found = torch.autograd.grad(total, list(leaves.values()), allow_unused=True)
        return {name: g for name, g in zip(leaves, found, strict=True) if g is not None}


def _each(values: torch.Tensor | tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, ...]:
    return values if isinstance(values, tuple) else (values,)


def make_trial(
    exercise: Exercise,
    data: NameData,
    label: str,
    seed: int,
    sizes: Mapping[str, int],
    dtype: torch.dtype = torch.float64,
) -> Trial:
    """Draw the inputs in float32, so that every dtype sees the same point, then convert."""
    drawn = exercise.inputs(data, seed, dict(sizes))
    return Trial(exercise, label, dtype, seed, dict(sizes), convert(drawn, dtype))


def convert(inputs: Mapping[str, Any], dtype: torch.dtype) -> dict[str, Any]:
    return {
        name: value.to(dtype) if torch.is_tensor(value) and value.is_floating_point() else value
        for name, value in inputs.items()
    }


@dataclass(frozen=True)
class Reference:
    """torch's gradients at one trial."""

    gradients: Tensors  # by name: "counts"
    scales: dict[str, float]  # the size each would have if nothing in it cancelled


def reference_for(trial: Trial) -> Reference:
    """loss.backward() with every chunk's gradient retained."""
    inputs = {
        name: value.detach().clone().requires_grad_(value.is_floating_point())
        if torch.is_tensor(value)
        else value
        for name, value in trial.inputs.items()
    }
    scope = trial.exercise.forward(**inputs)
    for chunk in trial.exercise.forward_pass.chunks:
        scope[chunk.name].retain_grad()
    scope["loss"].sum().backward()  # of numbers there is one loss a point
    gradients = {
        name: scope[name].grad
        for name in trial.exercise.forward_pass.names
        if torch.is_tensor(scope[name]) and scope[name].grad is not None
    } | trial.due(scope)
    return Reference(
        gradients,
        {name: _scale(trial, scope, gradients, name) for name in trial.exercise.gradients},
    )


def _scale(trial: Trial, scope: Mapping[str, Any], gradients: Tensors, name: str) -> float:
    """The larger of the gradient's entries and of the same sums with random signs.

    db1 and dlogit_maxes are zero but for rounding: measured against themselves, every
    rounding error would be a large one.
    """
    generator = torch.Generator().manual_seed(trial.seed)
    exercise, largest = trial.exercise, [gradients[name].abs().max().item()]
    loose = exercise.loose.get(name, 1.0)
    if name in exercise.values:
        return largest[0] * loose
    for consumer in exercise.forward_pass.consumers[name]:
        upstream = gradients[consumer.name]
        signs = torch.randint(0, 2, upstream.shape, generator=generator) * 2 - 1
        leaf = {
            read: scope[read].detach().requires_grad_(read == name)
            if torch.is_tensor(scope[read]) and scope[read].is_floating_point()
            else scope[read]
            for read in consumer.reads
        }
        output = evaluate(exercise, consumer.expression, leaf)
        # A scalar, for torch imports sympy (0.4 s) to check the shape of a grad_outputs.
        (contribution,) = torch.autograd.grad((output * upstream * signs).sum(), leaf[name])
        largest.append(contribution.abs().max().item())
    return max(largest) * loose


def evaluate(exercise: Exercise, expression: str, scope: Mapping[str, Any]) -> torch.Tensor:
    """One chunk alone, on the values given. The expression is the course's own."""
    names = {"torch": torch, "F": torch.nn.functional, **MATH}
    result: torch.Tensor = eval(expression, {**names, **scope})
    return result
