"""What each operation of a chunk does to a gradient that comes back through it.

A chunk is read by its syntax tree, from its result inwards to a value that it reads: one
step an operation. The rules are the textbook's, in letters of their own. Imports no torch.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from grader.forward import Chunk


@dataclass(frozen=True)
class Rule:
    """`forward` and `backward` are formulas in letters that no exercise uses."""

    words: str
    forward: str
    backward: str


RULES = {
    "minus": Rule("a minus sign: what arrives changes its sign", "y = -x", "dx = -dy"),
    "sum": Rule("a sum: each term receives what arrives, as it is", "y = a + b", "da = dy"),
    "minuend": Rule(
        "a difference: what is taken from receives what arrives, as it is", "y = a - b", "da = dy"
    ),
    "subtrahend": Rule(
        "a difference: what is taken away receives the negative of what arrives",
        "y = a - b", "db = -dy",
    ),
    "shift": Rule(
        "a constant is added: the derivative of that is 1, and the constant stays where the "
        "steps before this one take their derivative",
        "y = x + c", "dx = dy",
    ),
    "scale": Rule("a constant factor: it stays", "y = c * x", "dx = c * dy"),
    "factor": Rule(
        "a product: each factor receives the other one times what arrives",
        "y = a * b", "da = b * dy",
    ),
    "numerator": Rule(
        "a quotient: its numerator receives what arrives, divided by the same",
        "y = a / b", "da = dy / b",
    ),
    "denominator": Rule(
        "a quotient: its denominator is a power of -1", "y = a / b", "db = -a / b**2 * dy"
    ),
    "power": Rule(
        "a power: the exponent comes down as a factor and drops by one, and what arrives is a "
        "factor too",
        "y = x**k", "dx = k * x**(k - 1) * dy",
    ),
    "left of @": Rule(
        "a matrix product, and this is its left factor: an entry is used once for each column "
        "of the right one, and these uses add up",
        "y[i, j] = sum over k of a[i, k] * b[k, j]",
        "da[i, k] = sum over j of dy[i, j] * b[k, j]",
    ),
    "right of @": Rule(
        "a matrix product, and this is its right factor: an entry is used once for each row of "
        "the left one, and these uses add up",
        "y[i, j] = sum over k of a[i, k] * b[k, j]",
        "db[k, j] = sum over i of a[i, k] * dy[i, j]",
    ),
    "total": Rule(
        "a sum over entries: each entry went into one sum with the weight 1, and receives what "
        "arrives at that sum",
        "y = x1 + x2 + x3", "dx2 = dy",
    ),
    "mean": Rule(
        "a mean: each of the N entries it is taken over has the weight 1/N in it",
        "y = (x1 + x2 + x3) / 3", "dx2 = dy / 3",
    ),
    "largest": Rule(
        "a maximum: the entry that was picked receives what arrives, all others 0",
        "y = max(x1, x2), and x2 is larger", "dx1 = 0, dx2 = dy",
    ),
    "pick": Rule(
        "one entry is picked of each row: that entry receives what arrives for it, all others 0",
        "y = x[2]", "dx[2] = dy, and 0 elsewhere",
    ),
    "rows": Rule(
        "rows are looked up: a row receives a contribution for every time it was looked up, and "
        "they add up; a row that was not looked up receives 0",
        "y1 = x[2], y2 = x[0], y3 = x[2]", "dx[2] = dy1 + dy3",
    ),
    "view": Rule(
        "the same numbers in another shape: each entry receives what arrives at its new place",
        "y = x.view(6)", "dx[1, 0] = dy[3], if x is (2, 3)",
    ),
    "transpose": Rule(
        "two dimensions change places, and what arrives changes back",
        "y = x.transpose(0, 1)", "dx[i, j] = dy[j, i]",
    ),
    "mask": Rule(
        "entries are overwritten with a constant: these receive 0, all others what arrives",
        "y = x.masked_fill(m, c)", "dx = (~m) * dy",
    ),
    "exp": Rule("an exponential: it is its own derivative", "y = x.exp()", "dx = y * dy"),
    "log": Rule("a logarithm: its derivative is the reciprocal", "y = x.log()", "dx = dy / x"),
    "tanh": Rule(
        "a tanh: its derivative can be had from its result", "y = x.tanh()", "dx = (1 - y**2) * dy"
    ),
    "sigmoid": Rule(
        "a sigmoid: its derivative can be had from its result",
        "y = x.sigmoid()", "dx = y * (1 - y) * dy",
    ),
    "sqrt": Rule("a root: a power of 1/2", "y = x.sqrt()", "dx = 0.5 / y * dy"),
    "relu": Rule(
        "a relu: what arrives passes where the result is positive",
        "y = x.relu()", "dx = (y > 0) * dy",
    ),
}  # fmt: skip
UNKNOWN = "unknown"
PASSING_ON = ("sum", "minuend", "shift")  # what arrives is the contribution itself
METHODS = {
    "sum": "total", "mean": "mean", "view": "view", "reshape": "view", "flatten": "view",
    "transpose": "transpose", "masked_fill": "mask",
    **{name: name for name in ("exp", "log", "tanh", "sigmoid", "sqrt", "relu")},
}  # fmt: skip


@dataclass(frozen=True)
class Step:
    """One operation between a chunk's result and a value that it reads."""

    rule: str  # in RULES, or UNKNOWN
    whole: ast.expr  # the operation, with all that is in it
    part: ast.expr  # what in it leads on to the value
    other: ast.expr | None = None  # what stands beside that


def ways(chunk: Chunk, name: str, numbers: frozenset[str]) -> list[tuple[Step, ...]]:
    """For each place where the chunk reads the value `name`, the steps down to it.

    `numbers`: names that hold no tensor, `n` for one.
    """
    return list(_ways(ast.parse(chunk.expression, mode="eval").body, name, numbers))


def _ways(node: ast.expr, name: str, numbers: frozenset[str]) -> Iterator[tuple[Step, ...]]:
    if isinstance(node, ast.Name) and node.id == name:
        yield ()
    for step in _steps(node, numbers):
        for rest in _ways(step.part, name, numbers):
            yield (step, *rest)


def _steps(node: ast.expr, numbers: frozenset[str]) -> Iterator[Step]:
    """The operation at the top of `node`, once for each part that a gradient goes on to."""
    match node:
        case ast.UnaryOp(op=ast.USub(), operand=part):
            yield Step("minus", node, part)
        case ast.BinOp(left=left, op=operator, right=right):
            rules = _binary(operator, _constant(left, numbers), _constant(right, numbers))
            yield Step(rules[0], node, left, right)
            yield Step(rules[1], node, right, left)
        case ast.Attribute(
            value=ast.Call(func=ast.Attribute(value=part, attr="max")), attr="values"
        ):
            yield Step("largest", node, part)
        case ast.Attribute(value=part, attr="T"):
            yield Step("transpose", node, part)
        case ast.Subscript(value=part, slice=ast.Name()):
            yield Step("rows", node, part)
        case ast.Subscript(value=part, slice=ast.Tuple()):
            yield Step("pick", node, part)
        case ast.Call(func=ast.Attribute(value=part, attr=method)) if method in METHODS:
            yield Step(METHODS[method], node, part)
        case ast.Call(func=function, args=arguments):
            inner = [function.value] if isinstance(function, ast.Attribute) else []
            for part in (*inner, *arguments):
                yield Step(UNKNOWN, node, part)


def _binary(operator: ast.operator, left: bool, right: bool) -> tuple[str, str]:
    """The rules for the left and the right operand; `left`, `right`: whether it is a constant."""
    match operator:
        case ast.Add():
            return ("shift", "shift") if left or right else ("sum", "sum")
        case ast.Sub():
            return "shift" if right else "minuend", "subtrahend"
        case ast.Mult():
            return ("scale", "scale") if left or right else ("factor", "factor")
        case ast.Div():
            return "numerator", "denominator"
        case ast.Pow():
            return "power" if right else UNKNOWN, UNKNOWN
        case ast.MatMult():
            return "left of @", "right of @"
    return UNKNOWN, UNKNOWN


def _constant(node: ast.expr, numbers: frozenset[str]) -> bool:
    return all(part.id in numbers for part in ast.walk(node) if isinstance(part, ast.Name))
