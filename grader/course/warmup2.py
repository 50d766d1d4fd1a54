"""micrograd: a number that knows where it came from.

A Value holds a number, the Values that it was made of, and what the result changes with it, its
grad. Each operation knows how what arrives at its result is passed on to what went in: one small
_backward each, which adds to the grads it finds. backward() runs them in the right order. That is
all that an autograd engine is; a network of Values learns with it.
"""

from typing import Any

from grader.course import expressions

KIND = "values"
SOURCE = "Zero to Hero, micrograd (The spelled-out intro to backpropagation)"
AFTER = ("warmup1",)
VALUES = {
    "graphs": "(leaves,): The grads of the leaves of many random expressions, whose Values are "
    "used again and again: each of your operations, in the order that your backward takes them.",
    "trained": "(): The loss at each of twenty steps, when a small network of your Values learns "
    "the lecture's four examples.",
}
GRADIENTS = (
    "doubled", "product", "squared", "cubed", "quotient", "logged", "shifted", "squashed", "y",
    "x", "grown", "c", "a", "kept", "b", "graphs", "trained",
)
PLACES = {
    "doubled": "Value.__add__._backward:self.grad",
    "product": "Value.__add__._backward:other.grad",
    "squared": "Value.__mul__._backward:self.grad",
    "cubed": "Value.__mul__._backward:other.grad",
    "quotient": "Value.__pow__._backward:self.grad",
    "logged": "Value.__truediv__._backward:self.grad",
    "shifted": "Value.__truediv__._backward:other.grad",
    "squashed": "Value.__add__._backward:self.grad",
    "y": "Value.__add__._backward:other.grad",
    "x": "Value.log._backward:self.grad",
    "grown": "Value.__mul__._backward:other.grad",
    "c": "Value.exp._backward:self.grad",
    "a": "Value.tanh._backward:self.grad",
    "kept": "Value.__add__._backward:other.grad",
    "b": "Value.relu._backward:self.grad",
    "graphs": "Value.backward",
    "trained": "Value.backward",
}
# Every value of the graph gets its grad in the order that backward takes; what is wrong anywhere
# spoils the random expressions and the network.
RESTS_ON = {
    **dict.fromkeys(GRADIENTS[:-2], ("graphs",)),
    "graphs": GRADIENTS[:-2],
    "trained": GRADIENTS[:-1],
}
SIZES = {"points": 6, "graphs": 1000, "leaves": 4, "steps": 10, "n_hidden": 8}
OTHER_SIZES = {"points": 9, "graphs": 1100, "leaves": 5, "steps": 12, "n_hidden": 7}
TRAINING_STEPS, RATE = 20, 0.05
# The lecture's: three inputs each, and what is to come of them.
EXAMPLES = (
    (2.0, 3.0, -1.0, 1.0), (3.0, -1.0, 0.5, -1.0), (0.5, 1.0, 1.0, -1.0), (1.0, 1.0, -1.0, 1.0),
)


def inputs(data: Any, seed: int, sizes: dict[str, int]) -> dict[str, Any]:
    """Five numbers a point, a and b of both signs, x above 1 and y above 1.5; random
    expressions; and the lecture's four examples with a network's weights."""
    import torch

    generator = torch.Generator().manual_seed(seed)
    a, b, c, x, y = torch.rand(5, sizes["points"], generator=generator) + 0.2
    sign = torch.ones(sizes["points"])
    sign[::2] = -1
    programs, leaves = expressions.draw(
        sizes["graphs"], sizes["leaves"], sizes["steps"], generator
    )
    weights = torch.rand(5 * sizes["n_hidden"] + 1, generator=generator) * 2 - 1
    return {
        "a": a * sign,
        "b": b * -sign,
        "c": c,
        "x": x + 1,
        "y": y + 1.5,
        "operations": expressions.OPERATIONS,
        "programs": programs,
        "leaves": leaves,
        "examples": EXAMPLES,
        "weights": weights,
        "rate": RATE,
        "n_steps": TRAINING_STEPS,
    }


def forward(
    a,           # ()
    b,           # ()
    c,           # ()
    x,           # ()
    y,           # ()
    operations,  # what may stand in the random expressions
    programs,    # (steps, 3), what each step does, and with which two values
    leaves,      # (leaves,), what each expression starts from
    examples,    # three inputs and what is to come of them
    weights,     # (), the network's
    rate,        # of its training
    n_steps,
):
    kept = b.relu()               # ()
    doubled = kept + kept         # ()
    squashed = a.tanh()           # ()
    shifted = squashed + y        # ()
    logged = x.log()              # ()
    quotient = logged / shifted   # ()
    cubed = quotient**3           # ()
    grown = c.exp()               # ()
    squared = grown * grown       # ()
    product = squared * cubed     # ()
    loss = doubled + product      # ()
    return locals()


def due(programs, leaves, examples, weights, rate, n_steps) -> dict[str, Any]:
    """torch's gradients of the random expressions, and the losses of its own training."""
    import torch

    *xs, ys = torch.tensor(examples, dtype=weights.dtype).unbind(1)
    losses = []
    for _ in range(n_steps):
        with torch.enable_grad():
            weights = weights.detach().requires_grad_()
            loss = ((_network(torch.stack(xs, 1), weights) - ys) ** 2).sum()
            (gradient,) = torch.autograd.grad(loss, weights)
        losses.append(loss.detach())
        weights = weights - rate * gradient
    return {"graphs": expressions.gradients(programs, leaves), "trained": torch.stack(losses)}


def _network(xs, weights):
    """Two layers of tanh: (examples,). Of each neuron, three weights and a bias, then the next."""
    import torch

    *hidden, last = weights[:-1].view(5, -1).unbind()
    hidden = torch.tanh(xs @ torch.stack(hidden[:3]) + hidden[3])
    return torch.tanh(hidden @ last + weights[-1])
