"""What a change comes to, found out by running it here: independent of the grader.

The statements that write one gradient are run alone in float64, worked answer against
changed answer, on true forward values and random gradients for everything else. Equal at
every size: the change is a rewrite and must pass. Different: it is a mistake. The code is
the suite's own, so it is run in this process.
"""

import ast
import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import torch

from grader.exercise import Exercise
from grader.names import NameData
from grader.trial import Trial, make_trial

from .syntax import base_name, worked_answer

SEED = 20_240_229  # none that the suite grades with
TOLERANCE = 1e-11


@dataclass(frozen=True)
class Effect:
    """What is different about a changed statement; all False and empty: a rewrite."""

    differs: bool = False  # other numbers for its own gradient
    raises: bool = False
    misshapen: bool = False
    squeezed: bool = False  # only dimensions of 1 lost or added
    not_finite: bool = False
    dtype: bool = False
    no_tensor: bool = False
    spoils: tuple[str, ...] = ()  # the values and gradients it changes besides its own

    @property
    def harmless(self) -> bool:
        return self == Effect()


@contextmanager
def float64() -> Iterator[None]:
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        with torch.no_grad():
            yield
    finally:
        torch.set_default_dtype(before)


@dataclass
class Oracle:
    exercise: Exercise
    data: NameData
    _right: dict[str, list[Any]] = field(default_factory=dict)

    @cached_property
    def trials(self) -> tuple[Trial, ...]:
        sizes = (self.exercise.sizes, self.exercise.sizes, self.exercise.other_sizes)
        return tuple(
            make_trial(self.exercise, self.data, "oracle", SEED + number, size)
            for number, size in enumerate(sizes)
        )

    @cached_property
    def scopes(self) -> tuple[dict[str, Any], ...]:
        """Forward values, and for every gradient random numbers of its shape."""
        scopes = []
        for trial in self.trials:
            values: dict[str, Any] = {**trial.numbers(), **trial.values()}
            generator = torch.Generator().manual_seed(trial.seed)
            for name in self.exercise.gradients:
                values["d" + name] = torch.randn(
                    values[name].shape, generator=generator, dtype=torch.float64
                )
            scopes.append(values)
        return tuple(scopes)

    def effect(self, gradient: str, source: str) -> Effect:
        """Of the statements of `source` that write `gradient`, beside the worked answer's."""
        if gradient not in self._right:
            answer = worked_answer(self.exercise).source
            self._right[gradient] = [run_alone(answer, gradient, scope) for scope in self.scopes]
        effects = []
        for scope, (right, _) in zip(self.scopes, self._right[gradient], strict=True):
            try:
                got, spoiled = run_alone(source, gradient, scope)
            except Exception:  # whatever it raises is an effect of the change
                effects.append(Effect(raises=True))
                continue
            effects.append(_compare(got, right, spoiled))
        shown = effects[0]
        # Right at the sizes shown and not at others: a hard-coded size.
        return shown if not shown.harmless else next((e for e in effects if not e.harmless), shown)

    def right(self, source: str) -> bool:
        """Whether every line is a rewrite of the worked answer's."""
        return all(self.effect(name, source).harmless for name in self.exercise.gradients)

    def same_in_chain(self, source: str) -> bool:
        """Whether the whole function gives the worked answer's gradients, as they are chained."""
        answer = worked_answer(self.exercise).source
        for trial in self.trials:
            right, got = run_whole(answer, trial), run_whole(source, trial)
            for name in self.exercise.gradients:
                key = "d" + name
                if key not in got or got[key].shape != right[key].shape:
                    return False
                if not torch.allclose(got[key], right[key], rtol=1e-9, atol=1e-14):
                    return False
        return True


def run_whole(source: str, trial: Trial) -> dict[str, Any]:
    """What `backward` returns on a trial's values."""
    space: dict[str, Any] = {}
    with float64():
        exec(compile(source, "<mutant>", "exec"), space)
        given = {**trial.numbers(), **trial.values()}
        asked = inspect.signature(space["backward"]).parameters
        returned: dict[str, Any] = space["backward"](**{name: _copy(given[name]) for name in asked})
    return returned


def _compare(got: Any, right: torch.Tensor, spoils: tuple[str, ...]) -> Effect:
    if not isinstance(got, torch.Tensor):
        return Effect(no_tensor=True, spoils=spoils)
    if got.shape != right.shape:
        squeezed = [s for s in got.shape if s != 1] == [s for s in right.shape if s != 1]
        return Effect(misshapen=True, squeezed=squeezed, spoils=spoils)
    finite = bool(torch.isfinite(got).all())
    off = (got.double() - right).abs().max().item()
    return Effect(
        differs=not off <= TOLERANCE * max(right.abs().max().item(), 1e-300),
        not_finite=not finite,
        dtype=got.dtype != right.dtype,
        spoils=spoils,
    )


def run_alone(source: str, gradient: str, scope: dict[str, Any]) -> tuple[Any, tuple[str, ...]]:
    """The gradient, and the names of other tensors that were changed in place."""
    tree = ast.parse(source)
    function = next(
        node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "backward"
    )
    kept = [
        statement
        for statement in function.body
        if not isinstance(statement, ast.Return) and _concerns(statement, gradient, scope)
    ]
    outside = [node for node in tree.body if node is not function]
    given = {name: _copy(value) for name, value in scope.items() if name != "d" + gradient}
    space = dict(given)
    with float64():
        exec(compile(ast.Module([*outside, *kept], []), "<mutant>", "exec"), space)
    spoiled = tuple(
        name
        for name, value in given.items()
        if torch.is_tensor(value) and not _same(value, scope[name])
    )
    return space["d" + gradient], spoiled


def _same(one: torch.Tensor, other: torch.Tensor) -> bool:
    return one.shape == other.shape and bool(((one == other) | (one != one)).all())


def _copy(value: Any) -> Any:
    return value.clone() if torch.is_tensor(value) else value


def _concerns(statement: ast.stmt, gradient: str, scope: dict[str, Any]) -> bool:
    """Whether it writes to this gradient, or only to names of its own."""
    written = {name for node in ast.walk(statement) for name in _writes(node)}
    return "d" + gradient in written or not any(name in scope for name in written)


def _writes(node: ast.AST) -> list[str]:
    match node:
        case ast.Assign(targets=targets):
            bases = [base_name(t) for target in targets for t in _parts(target)]
        case ast.AugAssign(target=target) | ast.NamedExpr(target=target):
            bases = [base_name(target)]
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=target, attr=method))):
            bases = [base_name(target)] if method.endswith("_") else []
        case _:
            bases = []
    return [name for name in bases if name is not None]


def _parts(target: ast.expr) -> list[ast.expr]:
    return target.elts if isinstance(target, ast.Tuple) else [target]
