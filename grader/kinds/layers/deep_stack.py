"""Train a deep stack of a learner's layers for a few steps, and keep what a diagnosis looks at.

Tanh after every Linear but the last, with BatchNorm1d in between or without. Runs in the child.
"""

from typing import Any

import torch

from grader.child.call import ChildCall
from grader.child.call_backward import Unusable
from grader.rows import gradient_key


def call_stack(call: ChildCall, scope: dict[str, Any]) -> None:
    """Raises what the learner's layers raise, and Unusable where one gives no fitting tensor.

    Given: x (steps, n, fan_in), y (steps, n), a weight for each Linear (weight0, ...), `rate`
    and `normalised`. Kept: activations and the gradients that arrive at them at the first step,
    (layers, n, width); the ratio of a weight's gradient to the weight there, (weights,), and of
    its update at each step, (steps, weights), both of standard deviations; the losses, (steps,).
    """
    given = call.given
    layers = _stack(call)
    linear = [layer for kind, layer in layers if kind == "Linear"]
    losses, updates = [], []
    for step, (x, y) in enumerate(zip(given["x"], given["y"], strict=True)):
        outputs, logits = _forward(layers, x)
        gradient, loss = _cross_entropy(logits, y)
        arrived = _backward(layers, gradient)
        ratios = torch.stack([layer.dweight.std() / layer.weight.std() for layer in linear])
        if step == 0:
            scope["activations"], scope["gradients"] = torch.stack(outputs), torch.stack(arrived)
            scope["ratios"] = ratios
        losses.append(loss)
        updates.append(given["rate"] * ratios)
        _descend(layers, given["rate"])
        scope["losses"], scope["updates"] = torch.stack(losses), torch.stack(updates)


Layers = list[tuple[str, Any]]  # the name of its class beside each


def _stack(call: ChildCall) -> Layers:
    """Raises Unusable where the learner's file has no such class."""
    module, given = call.module, call.given
    classes: dict[str, Any] = {name: module.get(name) for name in ("Linear", "BatchNorm1d", "Tanh")}
    for name, found in classes.items():
        if not callable(found):
            raise Unusable(f"it defines no class `{name}`.")
    weights = [given[f"weight{at}"] for at in range(sum(k.startswith("weight") for k in given))]
    layers: Layers = []
    for at, weight in enumerate(weights):
        last = at == len(weights) - 1
        normalised = given["normalised"] and not last
        linear = classes["Linear"](*weight.shape, bias=not normalised)
        linear.weight = weight.clone()
        layers.append(("Linear", linear))
        if normalised:
            layers.append(("BatchNorm1d", classes["BatchNorm1d"](weight.shape[1])))
        if not last:
            layers.append(("Tanh", classes["Tanh"]()))
    return layers


def _forward(layers: Layers, value: torch.Tensor) -> tuple[list[torch.Tensor], torch.Tensor]:
    """What each Tanh gave, and the logits."""
    outputs = []
    for kind, layer in layers:
        value = _tensor(layer(value) if callable(layer) else layer.forward(value), kind)
        if kind == "Tanh":
            outputs.append(value.clone())
    return outputs, value


def _backward(layers: Layers, gradient: torch.Tensor) -> list[torch.Tensor]:
    """What arrived at each Tanh."""
    arrived: list[torch.Tensor] = []
    for kind, layer in reversed(layers):
        if kind == "Tanh":
            arrived.insert(0, gradient.clone())
        gradient = _tensor(layer.backward(gradient), f"{kind}.backward")
    return arrived


def _tensor(value: Any, what: str) -> torch.Tensor:
    if type(value) is not torch.Tensor:
        raise Unusable(f"`{what}` gave no tensor.")
    return value


def _cross_entropy(logits: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The gradient at the logits, and the loss."""
    logprobs = logits.log_softmax(1)
    rows = range(len(y))
    gradient = logprobs.exp()
    gradient[rows, y] -= 1
    return gradient / len(y), -logprobs[rows, y].mean()


def _descend(layers: Layers, rate: float) -> None:
    for _, layer in layers:
        for name in ("weight", "gain", "bias"):
            gradient = getattr(layer, gradient_key(name), None)
            if gradient is not None:
                setattr(layer, name, getattr(layer, name) - rate * gradient)
