"""Train a deep stack of a learner's layers for a few steps, and keep what a diagnosis looks at.

An activation after every Linear but the last, with a norm in between or without. Runs in the
child.
"""

from typing import Any

import torch

from grader.child.call import ChildCall
from grader.child.call_backward import Unusable
from grader.kinds.layers import DeepStack
from grader.kinds.layers.learner_layer import built, forward, gradient_of


def call_deep_stack(call: ChildCall, scope: dict[str, Any]) -> None:
    """Raises what the learner's layers raise, and Unusable where one gives no fitting tensor.

    Given: x (steps, n, fan_in), y (steps, n), a weight for each Linear (weight0, ...), `rate`
    and `normalised`. Kept: activations and their upstream gradients at the first step, (layers,
    n, width); the ratio of a weight's gradient to the weight there, (weights,), and of its
    update at each step, (steps, weights), both of standard deviations; the losses, (steps,).
    """
    given, stack = call.given, DeepStack(**call.setup.declared)
    layers = _layers(call, stack)
    linear = [layer for name, layer in layers if name == stack.linear]
    losses, updates = [], []
    for step, (x, y) in enumerate(zip(given["x"], given["y"], strict=True)):
        outputs, logits = _forward(layers, stack, x)
        gradient, loss = _cross_entropy(logits, y)
        upstream = _backward(layers, stack, gradient)
        weights = [
            (gradient_of(layer, stack.weight), getattr(layer, stack.weight)) for layer in linear
        ]
        ratios = torch.stack([gradient.std() / weight.std() for gradient, weight in weights])
        if step == 0:
            scope["activations"], scope["gradients"] = torch.stack(outputs), torch.stack(upstream)
            scope["ratios"] = ratios
        losses.append(loss)
        updates.append(given["rate"] * ratios)
        _descend(layers, stack, given["rate"])
        scope["losses"], scope["updates"] = torch.stack(losses), torch.stack(updates)


Layers = list[tuple[str, Any]]  # the name of its class beside each


def _layers(call: ChildCall, stack: DeepStack) -> Layers:
    """Raises Unusable where the learner's file has no such class."""
    module, given = call.module, call.given
    weights = [given[f"weight{at}"] for at in range(sum(k.startswith("weight") for k in given))]
    layers: Layers = []
    for at, weight in enumerate(weights):
        last = at == len(weights) - 1
        normalised = given["normalised"] and not last
        linear = built(module, stack.linear, *weight.shape, bias=not normalised)
        setattr(linear, stack.weight, weight.clone())
        layers.append((stack.linear, linear))
        if normalised:
            layers.append((stack.norm, built(module, stack.norm, weight.shape[1])))
        if not last:
            layers.append((stack.activation, built(module, stack.activation)))
    return layers


def _forward(
    layers: Layers, stack: DeepStack, value: torch.Tensor
) -> tuple[list[torch.Tensor], torch.Tensor]:
    """What each activation gave, and the logits."""
    outputs = []
    for name, layer in layers:
        value = _tensor(forward(layer, value), name)
        if name == stack.activation:
            outputs.append(value.clone())
    return outputs, value


def _backward(layers: Layers, stack: DeepStack, gradient: torch.Tensor) -> list[torch.Tensor]:
    """The upstream gradient of each activation."""
    upstream: list[torch.Tensor] = []
    for name, layer in reversed(layers):
        if name == stack.activation:
            upstream.insert(0, gradient.clone())
        gradient = _tensor(layer.backward(gradient), f"{name}.backward")
    return upstream


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


def _descend(layers: Layers, stack: DeepStack, rate: float) -> None:
    for _, layer in layers:
        for name in stack.trained:
            gradient = gradient_of(layer, name)
            if gradient is not None:
                setattr(layer, name, getattr(layer, name) - rate * gradient)
