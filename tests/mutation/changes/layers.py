"""Mutants of layers: what a learner writes in a `backward`, mechanically; the rest as written."""

import ast
from collections.abc import Iterator

from grader.syntax.methods import methods, statements_in

from ..change import Change
from ..syntax import WorkedAnswer, arithmetic

UPSTREAM = ("dout", "dxhat")
LOCAL = ("local-derivative-left-out", "value-for-gradient")
SUMMED = ("summed-wrong-dimension", "wrong-shape", "not-summed")
# In the gradient that goes through the variance, a part is a whole contribution or none of it.
PART = (*LOCAL, "contribution-missing", "upstream-left-out")


def layer_changes(answer: WorkedAnswer) -> Iterator[Change]:
    for name, function in methods(answer.tree):
        if not name.endswith(".backward"):
            continue
        for statement in statements_in(function):
            if isinstance(statement, ast.Assign):
                for operator, node, text, mistakes in _changes(answer, statement):
                    edits = (answer.replace(node, text),)
                    line = answer.line_of(edits[0].start)
                    yield Change(operator, "", line, edits, frozenset(mistakes))


Proposed = Iterator[tuple[str, ast.expr, str, tuple[str, ...]]]


def _changes(answer: WorkedAnswer, statement: ast.Assign) -> Proposed:
    value, inside = statement.value, "through_var" in ast.unparse(statement.targets[0])
    whole = answer.text(value)
    if ast.unparse(value) != "len(dout)":
        yield "scale", value, f"2 * ({whole})", ("wrong-factor",)
        yield "scale", value, f"({whole}) / len(dout)", ("wrong-factor",)
        yield "flip-sign", value, f"-({whole})", ("sign-flipped",)
    else:
        yield "hard-coded", value, "32", ("hard-coded-size",)
    for node in (value, *arithmetic(statement)):
        yield from _of_operators(answer, node, inside)
        yield from _of_calls(answer, node)
        yield from _of_names(answer, node)


def _of_operators(answer: WorkedAnswer, node: ast.expr, inside: bool) -> Proposed:
    if not isinstance(node, ast.BinOp):
        return
    left, right = answer.operand(node.left), answer.operand(node.right)
    local = ("wrong-factor", *PART) if inside else LOCAL
    match node.op:
        case ast.Mult():
            for kept, dropped in ((left, right), (right, left)):
                upstream = any(name in dropped for name in UPSTREAM)
                mistakes = ("upstream-left-out", *PART) if upstream else local
                yield "drop-factor", node, kept, mistakes
            if right in UPSTREAM:
                yield "add-for-multiply", node, f"{left} + {right}", ("added-for-multiplied",)
            yield "rewrite: commute", node, f"{right} * {left}", ()
        case ast.Div():
            yield "drop-divisor", node, left, ("wrong-factor",)
        case ast.Sub() if left == "n":
            yield "n for n - 1", node, left, ("wrong-factor",)
        case ast.Sub():
            yield "flip-term", node, f"{left} + {right}", ("sign-flipped",)
            terms = ("contribution-missing", "local-derivative-left-out")
            yield "drop-term", node, left, terms
        case ast.Pow():
            for power in ("1", "3", "4"):
                yield "exponent", node, f"{left}**{power}", ("wrong-exponent", *LOCAL)
            yield "rewrite: a product", node, f"{left} * {left}", ()
        case ast.MatMult():
            yield "transpose", node, f"({left} @ {right}).T", ("transposed",)


def _of_calls(answer: WorkedAnswer, node: ast.expr) -> Proposed:
    match node:
        case ast.Call(func=ast.Attribute(value=value, attr="sum"), args=[_], keywords=[]):
            base = answer.operand(value)
            yield "other-dimension", node, f"{base}.sum(1)", SUMMED
            yield "all-dimensions", node, f"{base}.sum()", SUMMED
            yield "no-sum", node, base, SUMMED
            means = ("mean-for-sum", "wrong-factor")
            yield "mean-for-sum", node, f"{base}.mean(0)", means
            yield "keepdim", node, f"{base}.sum(0, keepdim=True)", ("keepdim-lost", *SUMMED)
            yield "rewrite: dim", node, f"torch.sum({base}, dim=0)", ()
        case ast.Call(func=ast.Attribute(value=value, attr="mean"), args=[_], keywords=[]):
            base = answer.operand(value)
            yield "sum-for-mean", node, f"{base}.sum(0)", ("wrong-factor",)
            yield "rewrite: by n", node, f"{base}.sum(0) / n", ()
        case ast.Call(func=ast.Attribute(value=value, attr="mean"), args=[dim], keywords=[_]):
            summed = f"{answer.operand(value)}.sum({answer.text(dim)}, keepdim=True)"
            counts = ("batch-size-for-count", "wrong-factor")
            yield "counted-by-n", node, f"{summed} / len(dout)", counts


EXCHANGED = {
    "self.gain": ("self.bias", "self.inv"), "self.xhat": ("dxhat",), "self.inv": ("self.gain",),
    "self.out": ("dout",), "self.x": (), "dxhat": ("dout",),
}  # fmt: skip


def _of_names(answer: WorkedAnswer, node: ast.expr) -> Proposed:
    shown = ast.unparse(node) if isinstance(node, ast.Attribute | ast.Name) else ""
    for other in EXCHANGED.get(shown, ()):
        yield "swap-name", node, other, (*PART, "wrong-factor", "upstream-left-out")
    if shown == "dout":
        ones = ("upstream-left-out", "contribution-missing", "wrong-factor")
        yield "ones-for-upstream", node, "torch.ones_like(dout)", ones
