"""A trial: one set of inputs on which a submission is called.

It holds forward values only; torch's gradients there are in reference.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from inspect import signature
from types import CodeType
from typing import Any

import torch

from grader.course.exercise import Exercise
from grader.course.names import NameData
from grader.protocol.messages import Request

Tensors = dict[str, torch.Tensor]
# What a chunk in scalars calls as a function, as the learner does with Python's math.
MATH = {name: getattr(torch, name) for name in ("exp", "log", "sin", "cos", "tanh", "sqrt")}


@dataclass(frozen=True, eq=False)
class Trial:
    exercise: Exercise
    label: str  # "lecture" (float32), "decision" (float64), "other sizes" (float64), ...
    dtype: torch.dtype
    seed: int
    sizes: dict[str, int]
    inputs: dict[str, Any]  # numbers and tensors, as the forward function takes them
    vocab_size: int = 0  # letters of the list of names

    @cached_property
    def numbers(self) -> dict[str, Any]:
        """What the forward pass takes that is not a tensor."""
        return {name: value for name, value in self.inputs.items() if not torch.is_tensor(value)}

    @cached_property
    def values(self) -> Tensors:
        """Every tensor of the forward pass, inputs included, without its graph."""
        with torch.no_grad():
            scope = self.exercise.forward(**self.inputs)
        names = self.exercise.forward_pass.names
        return {name: scope[name] for name in names if torch.is_tensor(scope[name])}

    @cached_property
    def scope(self) -> dict[str, Any]:
        """Numbers and tensors, as a chunk reads them."""
        return {**self.inputs, **self.values}

    @cached_property
    def request(self) -> Request:
        """To run the code as it is written. A child is told no loss, since no gradient of it is
        asked for, nothing that the learner is to work out, and no reference."""
        float64 = self.dtype is torch.float64
        further = tuple(chunk.name for chunk in self.exercise.further_chunks)
        return Request(self.given, self.numbers, float64, sizes=self.named_sizes, further=further)

    def asks_the_same(self, other: "Trial") -> bool:
        """Whether a submission is called with the same values in both, to the bit."""
        return (self.dtype, self.seed, self.sizes) == (other.dtype, other.seed, other.sizes)

    @property
    def given(self) -> Tensors:
        """Forward values, and those of another exercise that this one does in one step."""
        withheld = {"loss", *self.exercise.values}
        found = {name: value for name, value in self.values.items() if name not in withheld}
        for chunk in self.exercise.further_chunks:
            found[chunk.name] = evaluate(self.exercise, chunk.expression, self.numbers | found)
        return found

    @property
    def named_sizes(self) -> dict[str, int]:
        """Sizes by the lecture's names. A training step's n is its batch's own."""
        if not self.exercise.kind.names_sizes:
            return {}
        n = self.numbers.get("n", self.sizes["n"])
        return {**self.sizes, "n": n, "batch_size": n, "vocab_size": self.vocab_size}

    def expected_values(self, scope: Mapping[str, Any]) -> Tensors:
        """What is asked for and is not a gradient, from the values of the forward pass.

        One that depends on another can be worked out from what was submitted for that: with
        it in the scope.
        """
        slopes = self.exercise.slopes
        found = {name: self.slopes_of(value)[at] for name, (value, at) in slopes.items()}
        if self.exercise.expected_values is not None:
            asked = signature(self.exercise.expected_values).parameters
            given = {name: scope[name] for name in asked if name in scope}
            found |= self.exercise.expected_values(**given)
        return {name: value.detach().to(self.dtype) for name, value in found.items()}

    def wrong_values(self, scope: Mapping[str, Any]) -> dict[str, dict[str, list[torch.Tensor]]]:
        """By known mistake: what each value that is not a gradient may be with it."""
        if self.exercise.wrong_values is None:
            return {}
        asked = signature(self.exercise.wrong_values).parameters
        found = self.exercise.wrong_values(**{name: scope[name] for name in asked})
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
    inputs = convert(drawn, dtype)
    return Trial(exercise, label, dtype, seed, dict(sizes), inputs, len(data.letters))


def convert(inputs: Mapping[str, Any], dtype: torch.dtype) -> dict[str, Any]:
    return {
        name: value.to(dtype) if torch.is_tensor(value) and value.is_floating_point() else value
        for name, value in inputs.items()
    }


def evaluate(exercise: Exercise, expression: str, scope: Mapping[str, Any]) -> torch.Tensor:
    """One chunk alone, on the values given. The expression is the course's own."""
    names = {"torch": torch, "F": torch.nn.functional, **MATH}
    result: torch.Tensor = eval(_compiled(expression), {**names, **scope})
    return result


@lru_cache(maxsize=1000)
def _compiled(expression: str) -> CodeType:
    return compile(expression.lstrip(), "<chunk>", "eval")
