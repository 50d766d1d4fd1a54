"""A layer of a learner's class, whoever wrote it with which habits. Runs in the child."""

from collections.abc import Callable, Mapping
from typing import Any

import torch

from grader.child.call_backward import Unusable
from grader.errors import did_you_mean
from grader.rows import gradient_key


def named(module: Mapping[str, Any], name: str, what: str) -> Callable[..., Any]:
    """A class or function of the learner's file. Raises Unusable where there is none."""
    found: Callable[..., Any] | None = module.get(name)
    if not callable(found):
        others = [key for key, value in module.items() if callable(value)]
        raise Unusable(f"it defines no {what} `{name}`{did_you_mean(name, others)}")
    return found


def built(module: Mapping[str, Any], name: str, *arguments: Any, **settings: Any) -> Any:
    """A layer of this class. Raises Unusable, and what the learner's code raises."""
    return named(module, name, "class")(*arguments, **settings)


def forward(layer: Any, value: torch.Tensor) -> Any:
    """What it gives, by `__call__` or by `forward`."""
    return (layer if callable(layer) else layer.forward)(value)


def gradient_of(layer: Any, attribute: str) -> Any:
    """What its backward left for a parameter: `dweight` for `weight`; None where nothing."""
    return getattr(layer, gradient_key(attribute), None)
