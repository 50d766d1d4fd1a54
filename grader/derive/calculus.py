"""How each operation of a chunk turns the upstream gradient into a contribution.

A chunk is read by its syntax tree, from its result inwards to a value that it reads: one
step an operation. The rules are the textbook's, in letters of their own. Imports no torch.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from grader.course.forward import Chunk


@dataclass(frozen=True)
class Rule:
    """`forward` and `backward` are formulas in letters that no exercise uses."""

    words: str
    forward: str
    backward: str


RULES = {
    "minus": Rule("a minus sign: the upstream gradient changes its sign", "z = -u", "du = -dz"),
    "sum": Rule(
        "a sum: the upstream gradient is passed on to each term unchanged", "z = s + t", "ds = dz"
    ),
    "minuend": Rule(
        "a difference: the upstream gradient is passed on to the first operand unchanged",
        "z = s - t", "ds = dz",
    ),
    "subtrahend": Rule(
        "a difference: the second operand gets the negative of the upstream gradient",
        "z = s - t", "dt = -dz",
    ),
    "shift": Rule(
        "a constant is added: the derivative of that is 1; in the steps before this one the "
        "constant stays in the formula",
        "z = u + 5", "du = dz",
    ),
    "scale": Rule("a constant factor: it stays a factor", "z = 5 * u", "du = 5 * dz"),
    "factor": Rule(
        "a product: the gradient of each factor is the other one times the upstream gradient",
        "z = s * t", "ds = t * dz",
    ),
    "numerator": Rule(
        "a quotient: the gradient of the numerator is the upstream gradient over the denominator",
        "z = s / t", "ds = dz / t",
    ),
    "denominator": Rule(
        "a quotient: the denominator is raised to the power -1", "z = s / t", "dt = -s / t**2 * dz"
    ),
    "power": Rule(
        "a power: the exponent comes down as a factor and drops by one; times the upstream "
        "gradient",
        "z = u**p", "du = p * u**(p - 1) * dz",
    ),
    "left of @": Rule(
        "a matrix product, and this is its left factor: an entry is used once for each column "
        "of the right one, and these uses add up",
        "z[i, j] = sum over r of s[i, r] * t[r, j]",
        "ds[i, r] = sum over j of dz[i, j] * t[r, j]",
    ),
    "right of @": Rule(
        "a matrix product, and this is its right factor: an entry is used once for each row of "
        "the left one, and these uses add up",
        "z[i, j] = sum over r of s[i, r] * t[r, j]",
        "dt[r, j] = sum over i of s[i, r] * dz[i, j]",
    ),
    "total": Rule(
        "a sum over entries: each entry has the weight 1 in its sum, so it gets the upstream "
        "gradient of that sum",
        "z = u1 + u2 + u3", "du2 = dz",
    ),
    "mean": Rule(
        "a mean: each of the N entries it is taken over has the weight 1/N in it",
        "z = (u1 + u2 + u3) / 3", "du2 = dz / 3",
    ),
    "largest": Rule(
        "a maximum: the entry that was picked gets the upstream gradient, all others get 0",
        "z = max(u1, u2), and u2 is larger", "du1 = 0, du2 = dz",
    ),
    "pick": Rule(
        "one entry of each row is picked: it gets the upstream gradient, all others get 0",
        "z = u[2]", "du[2] = dz, and 0 elsewhere",
    ),
    "rows": Rule(
        "rows are looked up: a row gets a contribution each time it is looked up, and these add "
        "up; a row that is never looked up gets 0",
        "z1 = u[2], z2 = u[0], z3 = u[2]", "du[2] = dz1 + dz3",
    ),
    "view": Rule(
        "the same numbers in another shape: each entry gets the upstream gradient of its new place",
        "z = u.view(6)", "du[1, 0] = dz[3], if u is (2, 3)",
    ),
    "transpose": Rule(
        "two dimensions are swapped: the upstream gradient is swapped back",
        "z = u.transpose(0, 1)", "du[i, j] = dz[j, i]",
    ),
    "mask": Rule(
        "entries are overwritten with a constant: these get 0, all others the upstream gradient",
        "z = u.masked_fill(m, 5)", "du = (~m) * dz",
    ),
    "exp": Rule("an exponential: it is its own derivative", "z = u.exp()", "du = z * dz"),
    "log": Rule("a logarithm: its derivative is the reciprocal", "z = u.log()", "du = dz / u"),
    "sin": Rule("a sine: its derivative is the cosine", "z = u.sin()", "du = u.cos() * dz"),
    "cos": Rule(
        "a cosine: its derivative is the sine, with a minus", "z = u.cos()", "du = -u.sin() * dz"
    ),
    "tanh": Rule(
        "a tanh: its derivative can be computed from its result",
        "z = u.tanh()", "du = (1 - z**2) * dz",
    ),
    "sigmoid": Rule(
        "a sigmoid: its derivative can be computed from its result",
        "z = u.sigmoid()", "du = z * (1 - z) * dz",
    ),
    "sqrt": Rule("a square root: a power of 1/2", "z = u.sqrt()", "du = 0.5 / z * dz"),
    "relu": Rule(
        "a relu: the upstream gradient passes where the result is positive",
        "z = u.relu()", "du = (z > 0) * dz",
    ),
}  # fmt: skip
UNKNOWN = "unknown"
CALLED = re.compile(r"\b(u)\.(\w+)\(\)")
PASSING_ON = ("sum", "minuend", "shift")  # the contribution is the upstream gradient itself
FUNCTIONS = ("exp", "log", "sin", "cos", "tanh", "sigmoid", "sqrt", "relu")
METHODS = {
    "sum": "total", "mean": "mean", "view": "view", "reshape": "view", "flatten": "view",
    "transpose": "transpose", "masked_fill": "mask",
    **{name: name for name in FUNCTIONS},
}  # fmt: skip


@dataclass(frozen=True)
class Step:
    """One operation between a chunk's result and a value that it reads."""

    rule: str  # in RULES, or UNKNOWN
    whole: ast.expr  # the operation, with all that is in it
    part: ast.expr  # what in it leads on to the value
    other: ast.expr | None = None  # what stands beside that

    @property
    def formulas(self) -> tuple[str, str]:
        """The rule's two, with its function as the chunk writes it: `u.exp()`, or `exp(u)`."""
        rule = RULES[self.rule]
        if isinstance(self.whole, ast.Call) and isinstance(self.whole.func, ast.Name):
            return CALLED.sub(r"\2(\1)", rule.forward), CALLED.sub(r"\2(\1)", rule.backward)
        return rule.forward, rule.backward


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
        case ast.Call(func=ast.Name(id=function), args=[part]) if function in FUNCTIONS:
            yield Step(function, node, part)
        case ast.Call(func=called, args=arguments):
            inner = [called.value] if isinstance(called, ast.Attribute) else []
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
