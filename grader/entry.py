"""Find `backward` in a learner's module and call it by parameter name.

Runs in the child. What the learner's code raises passes through.
"""

import inspect
from collections.abc import Mapping
from typing import Any

from grader.errors import did_you_mean
from grader.submission import ENTRY


class Unusable(Exception):
    """There is no `backward` that can be called, or it gave no dict: a sentence about it."""


def call_entry(module: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """What `backward` returned, by name. Raises Unusable."""
    backward = module.get(ENTRY)
    if backward is None:
        functions = [name for name, value in module.items() if inspect.isfunction(value)]
        raise Unusable(f"it defines no function `{ENTRY}`{did_you_mean(ENTRY, functions)}")
    _check(backward)
    positional, named = _arguments(backward, given)
    returned = backward(*positional, **named)
    if not isinstance(returned, dict):
        raise Unusable(f"`{ENTRY}` returned {kind_of(returned)}; end it with `return locals()`.")
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


def _arguments(backward: Any, given: Mapping[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    """The values asked for by parameter name, as a pytest fixture is."""
    positional: list[Any] = []
    named: dict[str, Any] = {}
    try:
        parameters = inspect.signature(backward).parameters
    except ValueError:  # some built-in functions have none
        raise Unusable(f"`{ENTRY}` is {backward!r}; its parameters cannot be read.") from None
    for name, parameter in parameters.items():
        if parameter.kind is parameter.VAR_KEYWORD:
            taken = list(parameters)[: len(positional)]
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


def kind_of(value: object) -> str:
    """'builtins.list': the type of a value, whatever the type says of itself."""
    if value is None:
        return "None"
    kind = type(value)
    try:
        return f"{kind.__module__}.{kind.__qualname__}"
    except Exception:  # a metaclass may make either of them raise
        return "an object without a name"
