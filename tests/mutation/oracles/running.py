"""Run a worked answer or a mutant of it here, in float64: as a whole, or one gradient alone.

The code is the suite's own, so it needs no child.
"""

import ast
import inspect
import types
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import torch

from grader.bench.trial import Trial
from grader.kinds import NUMBERS

from ..syntax import base_name, names_in


@contextmanager
def float64() -> Iterator[None]:
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        with torch.no_grad():
            yield
    finally:
        torch.set_default_dtype(before)


def run_whole(source: str, trial: Trial) -> dict[str, Any]:
    """What `backward` returns on a trial's values."""
    space: dict[str, Any] = dict(trial.named_sizes)
    with float64():
        exec(compile(source, "<mutant>", "exec"), space)
        given = {**trial.named_sizes, **trial.numbers, **trial.given, **trial.values}
        asked = inspect.signature(space["backward"]).parameters
        given = {name: _copy(given[name]) for name in asked}
        if trial.exercise.kind is NUMBERS:
            every = [space["backward"](**point) for point in points(given)]
            keys = [trial.exercise.key(name) for name in trial.exercise.gradients]
            return {
                key: torch.tensor([one[key] for one in every]) for key in keys if key in every[0]
            }
        returned: dict[str, Any] = space["backward"](**given)
    return returned


def points(scope: dict[str, Any]) -> Iterator[dict[str, float]]:
    """The numbers at each point, of tensors that hold one for each."""
    for numbers in zip(*scope.values(), strict=True):
        yield {name: number.item() for name, number in zip(scope, numbers, strict=True)}


def run_alone(source: str, key: str, scope: dict[str, Any]) -> tuple[Any, tuple[str, ...]]:
    """The gradient, and the names of other tensors that were changed in place."""
    code, reads = _statements_of(source, key, frozenset(scope))
    given = {name: _copy(scope[name]) for name in reads if name != key}
    space = dict(given)
    with float64():
        exec(code, space)
    spoiled = tuple(
        name
        for name, value in given.items()
        if torch.is_tensor(value) and not _same(value, scope[name])
    )
    return space[key], spoiled


@lru_cache(maxsize=8)
def _parsed(source: str) -> tuple[list[ast.stmt], list[tuple[ast.stmt, set[str]]]]:
    """What stands outside `backward`, and its statements with the names each writes."""
    tree = ast.parse(source)
    function = next(
        node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "backward"
    )
    body = [node for node in function.body if not isinstance(node, ast.Return)]
    outside = [node for node in tree.body if node is not function]
    return outside, [(one, {n for node in ast.walk(one) for n in _writes(node)}) for one in body]


@lru_cache(maxsize=64)
def _statements_of(
    source: str, key: str, known: frozenset[str]
) -> tuple[types.CodeType, tuple[str, ...]]:
    """The statements that write to this gradient or only to names of their own; what they read."""
    outside, body = _parsed(source)
    kept = [one for one, names in body if key in names or not names & known]
    reads = {name for statement in kept for name in names_in(statement)} & known
    return compile(ast.Module([*outside, *kept], []), "<mutant>", "exec"), tuple(sorted(reads))


def _same(one: torch.Tensor, other: torch.Tensor) -> bool:
    return one.shape == other.shape and bool(((one == other) | (one != one)).all())


def _copy(value: Any) -> Any:
    return value.clone() if torch.is_tensor(value) else value


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
