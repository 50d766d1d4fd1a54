"""Gradients through part of the forward pass, from the chunks alone.

A cut is a set of values whose gradients are given: an upstream gradient for each. The
gradient of a value through a cut is the sum of their contributions to it, and of what reaches
it from the loss on the paths that the cut leaves open. With the nearest gradients as the cut it
is the chunk's vector-Jacobian product; with an empty one it is the true gradient.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from math import isfinite
from typing import Any

import torch

from grader.bench.trial import Tensors, Trial, evaluate
from grader.course.exercise import Exercise
from grader.course.forward import Chunk
from grader.protocol.messages import Isolation, Request
from grader.tensors import close

NOTHING: frozenset[str] = frozenset()  # the empty cut


@cache
def nearest(exercise: Exercise, name: str) -> frozenset[str]:
    """The gradients a chunk-by-chunk backward of `name` starts from; the loss is none."""
    between = exercise.forward_pass.chunks_towards(name, frozenset(exercise.gradients))
    return frozenset(chunk.name for chunk in between) & frozenset(exercise.gradients)


@cache
def above(exercise: Exercise, name: str) -> frozenset[str]:
    """All gradients between `name` and the loss."""
    between = exercise.forward_pass.chunks_towards(name, frozenset())
    return frozenset(chunk.name for chunk in between) & frozenset(exercise.gradients)


@dataclass(frozen=True, eq=False)
class Point:
    """Where gradients are worked out: forward values, and upstream gradients."""

    trial: Trial
    values: Mapping[str, Any]  # numbers too
    upstream: Tensors  # by name, for every gradient that a cut may hold
    _known: dict[tuple[str, frozenset[str]], Tensors] = field(
        default_factory=dict, init=False, repr=False
    )
    _summed: dict[tuple[str, frozenset[str]], torch.Tensor] = field(
        default_factory=dict, init=False, repr=False
    )
    _sizes: dict[tuple[str, frozenset[str]], float] = field(
        default_factory=dict, init=False, repr=False
    )
    predicted: dict[Any, Any] = field(default_factory=dict, init=False, repr=False)  # see Case

    def forget(self) -> None:
        """What was worked out here, true gradients among it."""
        for kept in (self._known, self._summed, self._sizes, self.predicted):
            kept.clear()

    @property
    def exercise(self) -> Exercise:
        return self.trial.exercise

    @cached_property
    def isolated_request(self) -> Request:
        """To run each line on its own, with these upstream gradients."""
        return replace(self.trial.request, isolation=Isolation(self.upstream))

    def gradient(self, name: str, cut: Iterable[str]) -> torch.Tensor:
        """Through the cut, over every use of `name`. Its shape is the value's.

        A value that is asked for is itself, through any cut.
        """
        if name in self.exercise.values:
            return self._expected[name]
        key = name, frozenset(cut)
        if key not in self._summed:
            parts = self.contributions(*key).values()
            self._summed[key] = sum(parts, torch.zeros_like(self.values[name]))
        return self._summed[key]

    @cached_property
    def _expected(self) -> Tensors:
        return self.trial.expected_values(self.values)

    def gives(
        self,
        result: torch.Tensor | None,
        name: str,
        cut: frozenset[str],
        true_scale: Callable[[], float] = float,
    ) -> bool:
        """Whether this is the gradient through the cut, in shape, dtype and numbers.

        `true_scale`: the true gradient's, where the cut is empty.
        """
        if result is None:
            return False
        expected = self.gradient(name, cut)
        if not cut:
            return close(result, expected, true_scale())
        size = self._size(name, cut)  # of a finite one the same numbers are close
        same = isfinite(size) and result.dtype is expected.dtype and torch.equal(result, expected)
        return same or close(result, expected, size)

    def _size(self, name: str, cut: frozenset[str]) -> float:
        """What a difference from the gradient through a cut is measured against."""
        if (name, cut) not in self._sizes:
            largest = self.gradient(name, cut).abs().max().item()
            self._sizes[name, cut] = largest * self.exercise.tolerance_scale.get(name, 1.0)
        return self._sizes[name, cut]

    def contributions(self, name: str, cut: Iterable[str]) -> dict[str, torch.Tensor]:
        """Of each chunk that reads `name`, by that chunk's name."""
        key = name, frozenset(cut)
        if key not in self._known:
            consumers = self.exercise.forward_pass.consumers.get(name, ())
            self._known[key] = {use.name: self._through(name, use, key[1]) for use in consumers}
        return self._known[key]

    def _through(self, name: str, use: Chunk, cut: frozenset[str]) -> torch.Tensor:
        leaf = self.values[name].detach().clone().requires_grad_()
        scope = {**self.values, name: leaf}
        reached: dict[str, torch.Tensor] = {}  # what depends on this use of `name`
        objective = torch.zeros((), dtype=leaf.dtype)
        for chunk in self.exercise.forward_pass.chunks:
            if chunk.name != use.name and not reached.keys() & set(chunk.reads):
                continue
            reads = {read: reached.get(read, self.values[read]) for read in chunk.reads}
            if chunk.name == use.name:
                reads[name] = scope[name]
            value = evaluate(self.exercise, chunk.expression, reads)
            if chunk.name in cut:
                objective = objective + (value * self.upstream[chunk.name]).sum()
            elif chunk.name == "loss":
                objective = objective + value.sum()
            else:
                reached[chunk.name] = value
        if not objective.requires_grad:
            return torch.zeros_like(leaf)
        gradient: torch.Tensor = torch.autograd.grad(objective, leaf)[0]
        return gradient


def random_point(trial: Trial) -> Point:
    """With normal random numbers in the place of every gradient that is asked for."""
    values = trial.scope
    generator = torch.Generator().manual_seed(trial.seed ^ 0x5EED)
    upstream = {
        name: torch.randn(values[name].shape, generator=generator, dtype=values[name].dtype)
        for name in trial.exercise.gradients
        if name not in trial.exercise.values
    }
    return Point(trial, values, upstream)
