"""Mutants of a class of Values: what a learner writes in a `_backward`, and in `backward`."""

import ast
from collections.abc import Iterator

from ..change import Change
from ..syntax import WorkedAnswer

UPSTREAM = "out.grad"
NUMBERS = ("self.data", "other.data", "out.data")
LOCAL = ("local-derivative-left-out", "wrong-exponent", "wrong-operand")


def value_changes(answer: WorkedAnswer) -> Iterator[Change]:
    for node in ast.walk(answer.tree):
        if isinstance(node, ast.AugAssign):
            for changes in (_whole, _factors, _names, _numbers, _rewrites):
                for operator, part, text, mistakes in changes(answer, node):
                    edit = answer.replace(part, text)
                    yield Change(operator, "", node.lineno, (edit,), frozenset(mistakes))


Proposed = Iterator[tuple[str, ast.expr | ast.stmt, str, tuple[str, ...]]]


def _whole(answer: WorkedAnswer, node: ast.AugAssign) -> Proposed:
    target, value = answer.text(node.target), answer.text(node.value)
    yield "set", node, f"{target} = {value}", ("overwritten",)
    yield "subtract", node, f"{target} -= {value}", ("sign-flipped",)
    for factor in ("2", "0.5", "-1"):
        name = "sign-flipped" if factor == "-1" else "wrong-factor"
        yield "scale", node.value, f"{factor} * ({value})", (name, "contribution-twice")
    yield "twice", node, f"{target} += 2 * ({value})", ("wrong-factor", "contribution-twice")


def _factors(answer: WorkedAnswer, node: ast.AugAssign) -> Proposed:
    for part in ast.walk(node.value):
        if not isinstance(part, ast.BinOp):
            continue
        left, right = answer.operand(part.left), answer.operand(part.right)
        if isinstance(part.op, ast.Mult):
            yield "drop-factor", part, left, _without(right)
            yield "drop-factor", part, right, _without(left)
            yield "divide", part, f"{left} / {right}", ("wrong-operation", *LOCAL)
            if right == UPSTREAM:
                yield "add-for-multiply", part, f"{left} + {right}", ("added-for-multiplied",)
                if left.removesuffix(".data") in ("self", "other"):
                    d_elsewhere = f"{left.removesuffix('.data')}.grad * out.data"
                    yield "d-elsewhere", part, d_elsewhere, ("d-on-wrong-factor",)
        elif isinstance(part.op, ast.Div):
            yield "drop-factor", part, left, _without(right)
            yield "multiply", part, f"{left} * {right}", ("wrong-operation", *LOCAL)
            yield "drop-factor", part, f"1.0 / {right}", _without(left)
        elif isinstance(part.op, ast.Sub) and isinstance(part.right, ast.BinOp):
            yield "flip-term", part, f"{left} + {right}", ("sign-flipped",)
            yield "drop-term", part, right, ("contribution-missing", *LOCAL)


def _without(factor: str) -> tuple[str, ...]:
    if UPSTREAM in factor:
        return ("upstream-left-out", "value-for-gradient")
    return ("wrong-factor", *LOCAL) if factor == "number" else LOCAL


def _names(answer: WorkedAnswer, node: ast.AugAssign) -> Proposed:
    for part in ast.walk(node.value):
        shown = ast.unparse(part) if isinstance(part, ast.Attribute) else ""
        if shown in NUMBERS:
            for other in NUMBERS:
                both = other != "other.data" or "other" in answer.source[_method(answer, part)]
                if other != shown and both:
                    yield "swap-name", part, other, ("wrong-operand",)
        if shown == UPSTREAM:
            yield "ones-for-upstream", part, "1.0", ("upstream-left-out",)
            yield "value-for-upstream", part, "out.data", ("value-for-gradient",)


def _method(answer: WorkedAnswer, part: ast.expr) -> slice:
    """Where the method stands that this is part of."""
    start = answer.source.rfind("\n    def ", 0, answer.span(part)[0])
    end = answer.source.find("\n    def ", answer.span(part)[0])
    return slice(start, end)


def _numbers(answer: WorkedAnswer, node: ast.AugAssign) -> Proposed:
    for part in ast.walk(node.value):
        if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Pow):
            base, power = answer.operand(part.left), answer.operand(part.right)
            for text in (base, f"{base} ** ({power} + 1)", f"{base} ** ({power} - 3)"):
                yield "exponent", part, text, LOCAL
        if isinstance(part, ast.UnaryOp) and isinstance(part.op, ast.USub):
            yield "drop-minus", part, answer.text(part.operand), ("sign-flipped",)
        if isinstance(part, ast.Compare):
            text = answer.text(part)
            yield "mask", part, f"({text.replace('>', '<')})", ("mask-reversed",)
            yield "mask", part, "1", ("local-derivative-left-out",)
            yield "mask", part, "0", ("contribution-missing",)


def _rewrites(answer: WorkedAnswer, node: ast.AugAssign) -> Proposed:
    target, value = answer.text(node.target), answer.text(node.value)
    yield "rewrite: a sum", node, f"{target} = {target} + {value}", ()
    yield "rewrite: added to nothing", node.value, f"0.0 + {value}", ()
    yield "rewrite: a name", node, f"due = {value}; {target} += due", ()
    yield (
        "rewrite: setattr",
        node,
        (f"setattr({target.removesuffix('.grad')}, 'grad', {target} + {value})"),
        (),
    )
    for part in ast.walk(node.value):
        if isinstance(part, ast.BinOp):
            left, right = answer.operand(part.left), answer.operand(part.right)
            if isinstance(part.op, ast.Mult):
                yield "rewrite: commute", part, f"{right} * {left}", ()
            elif isinstance(part.op, ast.Div):
                yield "rewrite: by the inverse", part, f"{left} * (1 / {right})", ()
            elif isinstance(part.op, ast.Pow) and answer.text(part.right) == "2":
                yield "rewrite: a product", part, f"({left} * {left})", ()
