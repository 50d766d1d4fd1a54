"""micrograd: a number that knows where it came from.

A Value holds a number, its operands (the Values that it was made from), and its grad: how fast the
result changes with it. Each operation passes the grad of its result on to its operands: one small
_backward each, which adds to their grads. backward() runs them in the right order. That is all an
autograd engine is; a network of Values learns with it.
"""

from typing import Any

from grader.course import expressions
from grader.kinds.values import RandomExpressions, Training, ValueGraphs

KIND = "values"
SOURCE = "Zero to Hero, micrograd (The spelled-out intro to backpropagation)"
BUILDS_ON = ("warmup1",)
LEARNED = (
    "You have written an autograd engine: each operation adds to the grads of its operands, and "
    "backward() calls them in an order in which a grad is complete before it is passed on.",
    "PyTorch is this engine with tensors for numbers: where loss.backward() surprises you, you "
    "know where to look.",
)
ALLOWS = ("__future__", "collections", "dataclasses", "itertools", "typing")  # what classes use
VALUES = {
    "graphs": "(leaves,): The grads of the leaves of many random expressions, whose Values are "
    "used again and again: each of your operations, in the order in which your backward runs them.",
    "trained": "(): The loss at each of six steps, while a small network of your Values learns "
    "the lecture's four examples.",
}
GRADIENTS = (
    "doubled", "product", "squared", "cubed", "quotient", "logged", "shifted", "squashed", "y",
    "x", "grown", "c", "a", "kept", "b", "graphs", "trained",
)
WRITTEN_IN = {
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
# The expression is the course's: a learner knows the rows by the methods that they are written in.
SHOWN_AS = {
    "doubled": "self.grad in __add__",
    "product": "other.grad in __add__",
    "squared": "self.grad in __mul__",
    "cubed": "other.grad in __mul__",
    "quotient": "self.grad in __pow__",
    "logged": "self.grad in __truediv__",
    "shifted": "other.grad in __truediv__",
    "squashed": "self.grad in __add__ (2)",
    "y": "other.grad in __add__ (2)",
    "x": "self.grad in log",
    "grown": "v * v in __mul__",
    "c": "self.grad in exp",
    "a": "self.grad in tanh",
    "kept": "v + v in __add__",
    "b": "self.grad in relu",
    "graphs": "backward on many graphs",
    "trained": "backward in training",
}
# What an operation has to pass on: the same for each row of it.
OF_A_SUM = (
    "Let one of the two grow a little: by how much does their sum grow? That times out.grad, the "
    "upstream gradient, is what each of them gets.",
    "Each has a line of its own, and both add to what is there. In v + v the two are one Value: "
    "the contribution of the first line must still be there after the second.",
)
OF_A_PRODUCT = (
    "Let one factor grow a little: how much the product grows depends on the other one.",
    "In the class the numbers are self.data and other.data; the upstream gradient is out.grad. "
    "Each line needs two of these three: the number that is not its own, and out.grad.",
)
OF_A_QUOTIENT = (
    "v / w is v * w**-1. For v that is a product, for w a power as well: put the two rules, which "
    "you have written above, one after the other.",
    "If w grows, does v / w grow or shrink (take both positive)? That is the sign. And if w is "
    "large, does it matter less and less, and how fast? Try w = 10 and w = 100.",
)
HINTS = {
    **dict.fromkeys(("doubled", "product", "squashed", "y"), OF_A_SUM),
    "kept": (
        *OF_A_SUM,
        "kept is used twice in one sum. Write v + v with v = Value(3.0) below your class, call "
        "backward() on it and print v.grad. What should it be?",
    ),
    **dict.fromkeys(("squared", "cubed"), OF_A_PRODUCT),
    "grown": (
        *OF_A_PRODUCT,
        "grown is both factors: v * v, which is v**2. Does what your two lines add up to agree "
        "with the rule for a power?",
    ),
    "quotient": (
        "The power rule: the exponent comes down as a factor, and the exponent that stays is one "
        "less. Then the chain rule: times the upstream gradient.",
        "The exponent is a plain number here, not a Value: it has no grad. Try 3 and then -1 with "
        "pencil and paper; the same line has to do for both.",
    ),
    **dict.fromkeys(("logged", "shifted"), OF_A_QUOTIENT),
    "c": (
        "exp is its own derivative. The forward pass has already computed its value: where is it "
        "stored?",
        "Then the chain rule: times the upstream gradient, out.grad.",
    ),
    "x": (
        "How steep is the logarithm? Steep near 0, and ever flatter to the right: at 2 it climbs "
        "half as fast as at 1, at 10 a tenth as fast.",
        "So the slope depends on the input, not on the result; then times the upstream gradient.",
    ),
    "a": (
        "tanh is steepest in the middle, where its slope is 1, and flat at both ends, where the "
        "result nears 1 and -1. Its slope can be computed from its result alone.",
        "What is 1 for a result of 0, and 0 for a result of 1 or -1? It is a simple difference "
        "that contains the square of the result. Then times the upstream gradient.",
    ),
    "b": (
        "Where the input was positive, relu passed it on unchanged. Elsewhere it gave 0, whatever "
        "the input: if that changes a little, nothing happens.",
        "So the upstream gradient either passes or it does not. In Python a comparison counts as 1 "
        "or 0 when you multiply by it.",
    ),
    "graphs": (
        "The result starts with a grad of 1. Everything else starts with 0 and is added to.",
        "A Value that is used in two places gets a contribution to its grad from each. Its "
        "_backward may run only after both of theirs have run. So first make a list of all Values "
        "below the result in which each comes after its operands: read from the end to the "
        "beginning, every use comes before the Values that it uses.",
        "Build the list recursively: to add a Value, first add its operands, then the Value "
        "itself; do nothing if it is on the list already. Keep a set of the Values that were "
        "visited.",
    ),
    "trained": (
        "Nothing new is asked for: a small network is built from your Values, and each weight "
        "takes a step against its grad, six times.",
        "If the random expressions are right and this is wrong, look for state that outlives one "
        "expression: something stored in the class, or outside it.",
    ),
}
# Every value of the graph gets its grad in the order that backward takes; what is wrong anywhere
# spoils the random expressions and the network.
DEPENDS_ON = {
    **dict.fromkeys(GRADIENTS[:-2], ("graphs",)),
    "graphs": GRADIENTS[:-2],
    "trained": GRADIENTS[:-1],
}
TOLERANCE_SCALE = dict.fromkeys(GRADIENTS[:-2], 1e-3)  # as in warmup1: what is derived is exact
SIZES = {"points": 6, "graphs": 250, "leaves": 4, "steps": 10, "n_hidden": 8}
OTHER_SIZES = {"points": 9, "graphs": 500, "leaves": 5, "steps": 12, "n_hidden": 7}
GRAPHS = ValueGraphs(
    operations=expressions.OPERATIONS,
    derivatives=expressions.DERIVATIVES,
    expressions=RandomExpressions("graphs", "programs", "leaves"),
    training=Training("trained", "training_loss", "weights", "rate", "n_steps"),
)
TRAINING_STEPS, RATE = 6, 0.05
# The lecture's: three inputs each, and the expected output.
EXAMPLES = (
    (2.0, 3.0, -1.0, 1.0), (3.0, -1.0, 0.5, -1.0), (0.5, 1.0, 1.0, -1.0), (1.0, 1.0, -1.0, 1.0),
)


def inputs(data: Any, seed: int, sizes: dict[str, int]) -> dict[str, Any]:
    """Five numbers a point, a and b of both signs, x above 1 and y above 1.5; random
    expressions; and the lecture's four examples with a network's weights."""
    import torch

    generator = torch.Generator().manual_seed(seed)
    a, b, c, x, y = torch.rand(5, sizes["points"], generator=generator) + 0.2
    a[::2] *= -1
    b[1::3] *= -1
    programs, leaves = expressions.draw(
        sizes["graphs"], sizes["leaves"], sizes["steps"], generator
    )
    weights = torch.rand(5 * sizes["n_hidden"] + 1, generator=generator) * 2 - 1
    return {
        "a": a,
        "b": b,
        "c": c,
        "x": x + 1,
        "y": y + 1.5,
        "programs": programs,
        "leaves": leaves,
        "examples": EXAMPLES,
        "weights": weights,
        "training_loss": _loss_text(sizes["n_hidden"]),
        "rate": RATE,
        "n_steps": TRAINING_STEPS,
    }


def forward(
    a,              # ()
    b,              # ()
    c,              # ()
    x,              # ()
    y,              # ()
    programs,       # (2 * steps, 3), what each step does, and with which two values; -1: it is over
    leaves,         # (leaves,), what each expression starts from
    examples,       # three inputs and the expected output
    weights,        # (), the network's
    training_loss,  # its loss, an expression in the weights
    rate,           # of its training
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


def expected_values(programs, leaves, examples, weights, rate, n_steps) -> dict[str, Any]:
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


def _loss_text(n_hidden: int) -> str:
    """The sum of squared errors over the examples, as an expression in the weights w[0], w[1], ...

    They stand as in _network, of which this is the same in numbers.
    """
    def row(at: int) -> list[str]:
        return [f"w[{at * n_hidden + neuron}]" for neuron in range(n_hidden)]

    errors = []
    for *xs, y in EXAMPLES:
        hidden = [
            "(" + " + ".join([bias, *(f"{row(at)[neuron]} * {x}" for at, x in enumerate(xs))])
            + ").tanh()"
            for neuron, bias in enumerate(row(3))
        ]
        terms = [f"{weight} * {h}" for weight, h in zip(row(4), hidden, strict=True)]
        network = "(" + " + ".join([f"w[{5 * n_hidden}]", *terms]) + ").tanh()"
        errors.append(f"({network} - {y})**2")
    return " + ".join(["0", *errors])


def _network(xs, weights):
    """Two layers of tanh: (examples,). Of each neuron, three weights and a bias, then the next."""
    import torch

    *hidden, last = weights[:-1].view(5, -1).unbind()
    hidden = torch.tanh(xs @ torch.stack(hidden[:3]) + hidden[3])
    return torch.tanh(hidden @ last + weights[-1])
