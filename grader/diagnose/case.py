"""One wrong gradient and everything a prediction of it may be made from.

A mistake predicts a wrong gradient from the chunks and their VJPs, so it knows no exercise:
it serves any forward pass.
"""

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, wraps
from math import prod
from typing import Any, Concatenate, ParamSpec, TypeVar

import torch

from grader.bench.point import Point
from grader.bench.trial import evaluate
from grader.course.forward import Chunk
from grader.diagnose.statements import Written, statements_in_method, statements_of
from grader.syntax.submission import Submission
from grader.tensors import TOLERANCE, close, largest_entry

Of = ParamSpec("Of")
Found = TypeVar("Found")
MOST_KEPT = 1000  # predictions, of a few thousand numbers each


def kept(
    predict: Callable[Concatenate["Case", Of], Found],
) -> Callable[Concatenate["Case", Of], Found]:
    """Worked out once for a point, a gradient and a cut: the bench's points serve all submissions.

    What is predicted may depend on nothing that is a submission's, its result least of all, and is
    not to be changed.
    """

    @wraps(predict)
    def once(case: "Case", /, *of: Of.args, **more: Of.kwargs) -> Found:
        known = case.point.predicted
        key = (predict, case.name, case.cut, *of, *more.items())
        if key not in known:
            if len(known) >= MOST_KEPT:
                known.clear()
            known[key] = predict(case, *of, **more)
        found: Found = known[key]
        return found

    return once


@dataclass(frozen=True, eq=False)  # what is worked out for a case is kept by its identity
class Case:
    point: Point
    name: str
    cut: frozenset[str]  # the upstream gradients that the line is taken to start from
    result: torch.Tensor  # what the line gave
    submission: Submission

    @cached_property
    def contributions(self) -> dict[str, torch.Tensor]:
        return self.point.contributions(self.name, self.cut)

    @cached_property
    def expected(self) -> torch.Tensor:
        return self.point.gradient(self.name, self.cut)

    @property
    def value(self) -> torch.Tensor:
        """The forward value that the gradient belongs to; for a value, the expected one."""
        tensor = self.point.values.get(self.name)
        return self.expected if tensor is None else tensor

    @property
    def gradient(self) -> str:
        """What a learner calls it: `dh`, or `h.grad` where h is a Value."""
        of_values = self.point.exercise.kind.names_operands
        return f"{self.name}.grad" if of_values else f"d{self.name}"

    @property
    def consumers(self) -> tuple[Chunk, ...]:
        return self.point.exercise.forward_pass.consumers.get(self.name, ())

    @property
    def tolerance(self) -> float:
        """Of the largest entry: by how much what is predicted may be off."""
        return TOLERANCE * max(1.0, self.point.exercise.tolerance_scale.get(self.name, 1.0))

    @property
    def right(self) -> bool:
        """Whether the line gave the expected gradient, within its tolerance."""
        loose = self.point.exercise.tolerance_scale.get(self.name, 1.0)
        scale = loose * self.expected.abs().max().item()
        return self.point.gives(self.result, self.name, self.cut, lambda: scale)

    def matches(self, prediction: torch.Tensor) -> bool:
        """Whether the line gave this prediction, in shape and numbers."""
        if prediction.shape != self.result.shape or prediction.dtype != self.result.dtype:
            return False
        if not prediction.numel() or self._far_from(prediction):
            return False
        return bool(prediction.isfinite().all()) and close(
            self.result, prediction, by=self.tolerance
        )

    def _far_from(self, prediction: torch.Tensor) -> bool:
        """Seen at once of most: that they are further apart than both sizes together allow."""
        off = largest_entry(self.result - prediction)
        return off > 2 * self.tolerance * max(self._largest + off, 1e-30)

    @cached_property
    def _largest(self) -> float:
        return largest_entry(self.result)

    def with_other(self, chunk: Chunk, contribution: torch.Tensor) -> torch.Tensor | None:
        """The whole gradient, if this were the chunk's contribution instead."""
        rest = [value for name, value in self.contributions.items() if name != chunk.name]
        if not rest:
            return contribution
        try:
            return sum(rest, contribution)
        except RuntimeError:  # shapes that do not even broadcast
            return None

    def upstream(self, chunk: Chunk) -> torch.Tensor:
        """The upstream gradient: that of the chunk's own value."""
        if chunk.name == "loss":
            return self.ones_like(self.point.values["loss"])
        if chunk.name in self.cut:
            return self.point.upstream[chunk.name]
        return self.point.gradient(chunk.name, self.cut)

    def send_back(
        self,
        chunk: Chunk,
        upstream: torch.Tensor | None = None,
        values: Mapping[str, torch.Tensor] | None = None,
        expression: str | None = None,
        expand: bool = False,
        at: torch.Tensor | None = None,
    ) -> torch.Tensor | None:
        """The chunk's VJP with something in it replaced; None where that makes no sense.

        `at`: the derivative taken at another value. `expand`: for every entry of the
        chunk's value, before the sum over broadcast dimensions. What was worked out before is
        found by the very tensors that are handed over: `self.ones_like` gives the same ones again.
        """
        upstream = self.upstream(chunk) if upstream is None else upstream
        others, at = tuple((values or {}).items()), self.value if at is None else at
        return self._sent_back(chunk, upstream, others, expression, expand, at)

    @kept
    def _sent_back(
        self,
        chunk: Chunk,
        upstream: torch.Tensor,
        values: tuple[tuple[str, torch.Tensor], ...],
        expression: str | None,
        expand: bool,
        at: torch.Tensor,
    ) -> torch.Tensor | None:
        reads = {read: self.point.values[read] for read in chunk.reads} | dict(values)
        leaf = at.detach()
        leaf = (leaf.expand_as(upstream) if expand else leaf).clone().requires_grad_()
        try:
            output = evaluate(
                self.point.exercise, expression or chunk.expression, reads | {self.name: leaf}
            )
            if output.shape != upstream.shape or not output.requires_grad:
                return None
            (gradient,) = torch.autograd.grad((output * upstream).sum(), leaf)
        except (RuntimeError, IndexError):  # shapes that cannot meet
            return None
        return gradient

    def upstream_spread(self, chunk: Chunk) -> torch.Tensor | None:
        """The upstream gradient, not summed where the chunk's value was broadcast later."""
        if chunk.name in self.cut or chunk.name == "loss":
            return None
        above = Case(self.point, chunk.name, self.cut, self.result, self.submission)
        found = torch.zeros(())
        for consumer in above.consumers:
            spread = above.spread(consumer)
            if spread is None or spread.shape == above.value.shape:
                further = above.upstream_spread(consumer)
                local = above.send_back(consumer, above.ones_like(above.upstream(consumer)))
                spread = None if further is None or local is None else further * local
            if spread is None:
                return None
            found = found + spread
        return found

    @kept
    def ones_like(self, tensor: torch.Tensor) -> torch.Tensor:
        return torch.ones_like(tensor)

    @kept
    def through(self, use: Chunk, place: str, upstream: torch.Tensor) -> torch.Tensor:
        """The contribution through one use, with this as the upstream gradient at `place`."""
        point = Point(self.point.trial, self.point.values, {place: upstream})
        return point.contributions(self.name, {place})[use.name]

    def intermediates(self) -> tuple[str, ...]:
        """The values that a line which takes several chunks at once steps over."""
        between = self.point.exercise.forward_pass.chunks_towards(self.name, self.cut)
        names = [chunk.name for chunk in between if chunk.name not in ("loss", *self.cut)]
        return tuple(name for name in names if name not in [c.name for c in self.consumers])

    def spread(self, chunk: Chunk) -> torch.Tensor | None:
        """The chunk's contribution, not summed over the dimensions that were broadcast."""
        return self.spread_of(chunk, self.upstream(chunk))

    def spread_of(self, chunk: Chunk, upstream: torch.Tensor) -> torch.Tensor | None:
        """The chunk's VJP of this, not summed; None where the value is not broadcast in it."""
        try:
            return self.send_back(chunk, upstream, expand=True)
        except RuntimeError:
            return None

    def same_shape_values(self, shape: torch.Size) -> Iterator[tuple[str, torch.Tensor]]:
        """Float values of the forward pass with this shape, by name."""
        for name, value in self.point.values.items():
            if torch.is_tensor(value) and value.is_floating_point() and value.shape == shape:
                yield name, value

    def stand_ins(self, shape: torch.Size) -> Iterator[tuple[str, torch.Tensor]]:
        """Upstream gradients with this shape, by the name of their value."""
        for name, value in self.point.upstream.items():
            if value.shape == shape:
                yield name, value

    @cached_property
    def sizes(self) -> dict[str, int]:
        letters = {"vocab_size": self.vocab_size} if self.vocab_size else {}
        return {**self.point.trial.sizes, **letters}

    @cached_property
    def vocab_size(self) -> int:
        """27: of a value whose shape comment names it; 0 where none does."""
        found = map(self._dimensions, self.point.exercise.forward_pass.names)
        return next((sizes["vocab_size"] for sizes in found if "vocab_size" in sizes), 0)

    def _dimensions(self, name: str) -> dict[str, int]:
        """{"n": 32, "2 * n_quads": 4}: as the forward pass writes a tensor's shape."""
        value = self.point.values.get(name)
        if not torch.is_tensor(value) or value.dim() == 0:
            return {}
        text = self.point.exercise.forward_pass.shapes[name]
        written = [size.strip() for size in text.partition(")")[0].strip("( ,").split(",")]
        return dict(zip(written, value.shape, strict=False))

    @cached_property
    def counts(self) -> dict[str, int]:
        """Sizes, and how many entries a sum over several dimensions has here, by name."""
        found = dict(self.sizes)
        for name in (self.name, *(chunk.name for chunk in self.consumers)):
            sizes = {text: size for text, size in self._dimensions(name).items() if size > 1}
            for together in range(1, len(sizes) + 1):
                for some in itertools.combinations(sizes.items(), together):
                    found.setdefault(" * ".join(t for t, _ in some), prod(s for _, s in some))
        return {f"({text})" if " " in text else text: size for text, size in found.items()}

    @cached_property
    def statements(self) -> tuple[Written, ...]:
        """The learner's statements that write this gradient."""
        at = self.point.exercise.place(self.name)
        written = statements_in_method if ":" in at else statements_of
        return written(self.submission, at)


Evidence = dict[str, Any]


def spreads(case: Case, chunk: Chunk) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """(the chunk's derivative, its upstream gradient not summed), where that differs."""
    arrives = case.upstream(chunk)
    spread = case.upstream_spread(chunk)
    local = case.send_back(chunk, case.ones_like(arrives))
    if spread is not None and local is not None and spread.shape != arrives.shape:
        yield local, spread


def stretched(tensor: torch.Tensor, shape: torch.Size) -> torch.Tensor | None:
    """Broadcast to a shape; None where it does not fit."""
    try:
        return tensor.expand(shape)
    except RuntimeError:
        return None


def summed_to(tensor: torch.Tensor, shape: torch.Size) -> torch.Tensor | None:
    """Unbroadcast to a shape; None where it does not fit."""
    try:
        return tensor.sum_to_size(shape)
    except RuntimeError:
        return None
