"""What a change comes to, found out by running it here: independent of the grader.

The statements that write one gradient are run alone in float64, worked answer against
changed answer, on true forward values and random gradients for everything else. Equal at
every size: the change is a rewrite and must pass. Different: it is a mistake.
"""

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import torch

from grader.course.exercise import Exercise
from grader.kinds import NUMBERS
from tests.grading import trial

from ..syntax import worked_answer
from . import Effect
from .running import points, run_alone, run_whole

SEED = 20_240_229  # none that the suite grades with
TOLERANCE = 1e-11
LOOSE = 1e-9  # what is judged more loosely by so many times (Exercise.tolerance_scale)


@dataclass(frozen=True)
class Difference:
    """Of a changed statement from the worked one; all False and empty: none."""

    differs: bool = False  # other numbers for its own gradient
    raises: bool = False
    misshapen: bool = False
    squeezed: bool = False  # only dimensions of 1 lost or added
    not_finite: bool = False
    dtype: bool = False
    no_tensor: bool = False
    spoils: tuple[str, ...] = ()  # the values and gradients it changes besides its own
    measured: str = ""  # of a slope that differs: what came of it, in one of three words

    @property
    def changes_own(self) -> bool:
        return replace(self, spoils=()) != Difference()

    @property
    def none(self) -> bool:
        return self == Difference()

    def mistakes(self) -> frozenset[str]:
        """The ids that name what came out, whatever was done to get there."""
        return frozenset(
            mistake
            for mistake, fits in {
                "missing-clone": any(name.startswith("d") for name in self.spoils),
                "wrong-shape": self.misshapen,
                "keepdim-lost": self.squeezed,
                "not-finite": self.not_finite,
                "wrong-dtype": self.dtype,
                "not-a-tensor": self.no_tensor,
                "wrong-step": self.measured == "nothing",
                "no-difference-quotient": self.measured.startswith("far"),
            }.items()
            if fits
        )


@dataclass
class FunctionOracle:
    exercise: Exercise
    _right: dict[str, list[Any]] = field(default_factory=dict)

    @cached_property
    def trials(self) -> tuple[Any, ...]:
        sizes = (self.exercise.sizes, self.exercise.sizes, self.exercise.other_sizes)
        return tuple(
            trial(self.exercise.name, SEED + number, size) for number, size in enumerate(sizes)
        )

    @cached_property
    def scopes(self) -> tuple[dict[str, Any], ...]:
        """Forward values, and for every gradient random numbers of its shape."""
        scopes = []
        for at in self.trials:
            values: dict[str, Any] = {**at.numbers, **at.values}
            generator = torch.Generator().manual_seed(at.seed)
            for name in (line for line in self.lines if line in values):
                values["d" + name] = torch.randn(
                    values[name].shape, generator=generator, dtype=torch.float64
                )
            scopes.append(values)
        return tuple(scopes)

    def effect(self, source: str, gradient: str = "") -> Effect:
        if not gradient:
            return Effect() if self.same_in_chain(source) else Effect("anything")
        found = self.difference(source, gradient)
        if found.none:
            return Effect()
        # Of an alias changed in place, the tensor that ends up wrong is the own error.
        given = self.exercise.forward_pass.shapes
        keys = [key for key in found.spoils if key.startswith("d") and key[1:] in given]
        wrong = keys[0].removeprefix("d") if keys else gradient
        also = frozenset({gradient} if keys and found.changes_own else ())
        return Effect(wrong, also, raises=found.raises, mistakes=found.mistakes())

    def difference(self, source: str, gradient: str) -> Difference:
        """Of the statements of `source` that write `gradient`, beside the worked answer's."""
        if gradient not in self._right:
            answer = worked_answer(self.exercise).source
            self._right[gradient] = [self._alone(answer, gradient, scope) for scope in self.scopes]
        found = []
        for scope, (right, _) in zip(self.scopes, self._right[gradient], strict=True):
            try:
                got, spoiled = self._alone(source, gradient, scope)
            except Exception:  # whatever it raises is an effect of the change
                found.append(Difference(raises=True))
                continue
            found.append(_compare(got, right, spoiled, self._slack(gradient)))
        shown = found[0]
        # Right at the sizes shown and not at others: a hard-coded size.
        return shown if not shown.none else next((one for one in found if not one.none), shown)

    def _slack(self, name: str) -> float:
        """What a measured slope may be off by, of the largest; nothing else is measured."""
        return self.exercise.tolerance_scale[name] * LOOSE if name in self.exercise.slopes else 0.0

    def _alone(self, source: str, gradient: str, scope: dict[str, Any]) -> Any:
        key = self.exercise.key(gradient)
        if self.exercise.kind is not NUMBERS:
            return run_alone(source, key, scope)
        at_points = [run_alone(source, key, point)[0] for point in points(scope)]
        return torch.tensor(at_points, dtype=torch.float64), ()

    def right(self, source: str) -> bool:
        """Whether every line is a rewrite of the worked answer's."""
        return all(self.difference(source, name).none for name in self.lines)

    @property
    def lines(self) -> tuple[str, ...]:
        """Gradients and slopes: what else is asked for is judged as a whole (same_in_chain)."""
        values = self.exercise.values.keys() - self.exercise.slopes.keys()
        return tuple(name for name in self.exercise.gradients if name not in values)

    @cached_property
    def _chain(self) -> list[dict[str, Any]]:
        answer = worked_answer(self.exercise).source
        return [run_whole(answer, at) for at in self.trials]

    def same_in_chain(self, source: str) -> bool:
        """Whether the whole function gives the worked answer's gradients, as they are chained."""
        for at, right in zip(self.trials, self._chain, strict=True):
            got = run_whole(source, at)
            for name in self.exercise.gradients:
                key = self.exercise.key(name)
                if key not in got or (given := in_shape_of(right[key], got[key])) is None:
                    return False
                one, other = given.double(), right[key].double()
                slack = self._slack(name) * float(other.abs().max())
                if not torch.allclose(one, other, rtol=1e-9, atol=1e-14 + slack):
                    return False
        return True


def _compare(
    got: Any, right: torch.Tensor, spoils: tuple[str, ...], loose: float = 0.0
) -> Difference:
    if not isinstance(got, torch.Tensor):
        return Difference(no_tensor=True, spoils=spoils)
    viewed = in_shape_of(right, got)
    if viewed is None:
        squeezed = [s for s in got.shape if s != 1] == [s for s in right.shape if s != 1]
        return Difference(misshapen=True, squeezed=squeezed, spoils=spoils)
    got = viewed
    finite = bool(torch.isfinite(got).all())
    off = (got.double() - right).abs().max().item()
    differs = not off <= (loose or TOLERANCE) * max(right.abs().max().item(), 1e-300)
    return Difference(
        differs=differs,
        measured=_measured(got / right) if loose and differs else "",
        not_finite=not finite,
        dtype=got.dtype != right.dtype,
        spoils=spoils,
    )


def in_shape_of(right: torch.Tensor, got: torch.Tensor) -> torch.Tensor | None:
    """The same numbers, where leading dimensions of size 1 alone set the shapes apart."""
    more = got.dim() - right.dim()
    longer, shorter = (got, right) if more > 0 else (right, got)
    extra = longer.shape[: abs(more)]
    if longer.shape[abs(more) :] != shorter.shape or any(size != 1 for size in extra):
        return None
    return got.reshape(right.shape)


def _measured(times: torch.Tensor) -> str:
    """How many times the slope it is."""
    if not times.any():
        return "nothing"
    if times.abs().max() < 0.01:
        return "far too little"
    return "far too much" if times.abs().median() > 1000 else ""
