"""Find `backward` in a learner's module, call it by parameter name, sort what it returned.

Runs in the child. What the learner's code raises passes through.
"""

import inspect
import types
from collections.abc import Mapping
from typing import Any

import torch

from grader.errors import did_you_mean
from grader.protocol.frames import MOST_DIMENSIONS, NAMES
from grader.rows import Row
from grader.syntax.gradients import ENTRY

WHOLE = (torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8)
MAX_NUMEL = 4_000_000  # larger gradients are described, not sent


class Unusable(Exception):
    """There is no `backward` that can be called, or it gave no dict: a sentence about it."""


def call_entry(
    module: Mapping[str, Any], given: Mapping[str, Any], extra: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """What `backward` returned, by name. Raises Unusable.

    `extra`: of what is given, what a parameter of that name gets and `**values` does not.
    """
    backward = module.get(ENTRY)
    if backward is None:
        functions = [name for name, value in module.items() if inspect.isfunction(value)]
        raise Unusable(f"it defines no function `{ENTRY}`{did_you_mean(ENTRY, functions)}")
    _check(backward)
    positional, named = _arguments(backward, given, extra)
    returned = backward(*positional, **named)
    if not isinstance(returned, dict):
        kind = kind_of(returned).removeprefix("builtins.")
        what = kind if returned is None else f"a value of type {kind}"
        raise Unusable(f"`{ENTRY}` returned {what}; end it with `return locals()`.")
    return {key: value for key, value in returned.items() if type(key) is str}


def _check(backward: Any) -> None:
    if inspect.isclass(backward):
        raise Unusable(f"`{ENTRY}` is a class; write it as a function.")
    if not callable(backward):
        raise Unusable(f"`{ENTRY}` is not a function but {kind_of(backward)}.")
    if inspect.iscoroutinefunction(backward) or inspect.isasyncgenfunction(backward):
        raise Unusable(f"`{ENTRY}` is an `async def`; write a plain `def`.")
    if inspect.isgeneratorfunction(backward):
        raise Unusable(f"`{ENTRY}` has a `yield` in it; end it with `return locals()` instead.")


def _arguments(
    backward: Any, given: Mapping[str, Any], extra: frozenset[str]
) -> tuple[list[Any], dict[str, Any]]:
    """The values asked for by parameter name, as a pytest fixture is."""
    positional: list[Any] = []
    named: dict[str, Any] = {}
    if (usual := _usual_parameters(backward)) is not None and given.keys() >= set(usual):
        return positional, {name: given[name] for name in usual}
    try:
        parameters = inspect.signature(backward).parameters
    except ValueError:  # some built-in functions have none
        raise Unusable(f"`{ENTRY}` is {backward!r}; its parameters cannot be read.") from None
    for name, parameter in parameters.items():
        if parameter.kind is parameter.VAR_KEYWORD:
            taken = {*list(parameters)[: len(positional)], *extra}
            named |= {name: value for name, value in given.items() if name not in taken}
        elif parameter.kind is parameter.VAR_POSITIONAL:
            continue
        elif name in given and parameter.kind is parameter.POSITIONAL_ONLY:
            positional.append(given[name])
        elif name in given:
            named[name] = given[name]
        elif parameter.default is parameter.empty:
            raise Unusable(
                f"`{ENTRY}` asks for `{name}`, and the forward pass has no such value"
                + did_you_mean(name, given)
            )
        elif parameter.kind is parameter.POSITIONAL_ONLY:
            positional.append(parameter.default)
    return positional, named


def _usual_parameters(backward: Any) -> tuple[str, ...] | None:
    """Those of a plain function that takes each by its name; None for others. To ask
    `inspect.signature` takes a quarter of a call."""
    if type(backward) is not types.FunctionType or vars(backward):
        return None
    code = backward.__code__
    if code.co_posonlyargcount or code.co_flags & (inspect.CO_VARARGS | inspect.CO_VARKEYWORDS):
        return None
    return code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]


def kind_of(value: object) -> str:
    """'builtins.list': the type of a value, whatever the type says of itself."""
    if value is None:
        return "None"
    kind = type(value)
    try:
        return f"{kind.__module__}.{kind.__qualname__}"
    except Exception:  # a metaclass may make either of them raise
        return "an object without a name"


def sort_returned(
    scope: Mapping[str, Any], rows: tuple[Row, ...], given: Mapping[str, Any]
) -> tuple[dict[str, torch.Tensor], dict[str, str], tuple[str, ...]]:
    """By row the plain dense tensors, which are sent, and what the rest is; the other keys."""
    tensors: dict[str, torch.Tensor] = {}
    kinds: dict[str, str] = {}
    for row in rows:
        value = scope.get(row.key)
        if value is None:
            continue
        kind = _unfit_kind(value)
        if kind is None:
            tensors[row.name] = value
        else:
            kinds[row.name] = kind
    keys = {row.key for row in rows}
    others = [
        key[:60]
        for key, value in scope.items()
        if key not in keys and key not in given and value is not None
    ]
    return tensors, kinds, tuple(others[:200])


def _unfit_kind(value: Any) -> str | None:
    """What was given instead of a plain dense tensor of a moderate size; None for one."""
    if type(value) is not torch.Tensor:
        return kind_of(value)
    if value.layout is not torch.strided or value.is_nested:
        return f"a sparse tensor ({value.layout})"
    if value.device.type != "cpu":
        return f"a tensor on device {value.device.type!r}, which holds no values"
    if value.dim() > MOST_DIMENSIONS:
        return f"a tensor of {value.dim()} dimensions"
    if value.dtype not in NAMES:
        return f"a tensor of dtype {value.dtype}"
    return f"a tensor of {value.numel():,} entries" if value.numel() > MAX_NUMEL else None


def as_floats(value: Any) -> Any:
    """Whole numbers, such as counts, in the dtype that all is judged in."""
    whole = type(value) is torch.Tensor and value.dtype in WHOLE
    return value.to(torch.get_default_dtype()) if whole else value
