"""Operators on sums: a term left out, a sign flipped, accumulation lost or doubled."""

import ast
from collections.abc import Iterator

from ..change import Change, Place
from ..syntax import arithmetic, names_in


def term_changes(place: Place) -> Iterator[Change]:
    yield from drop_term(place)
    yield from flip_sign(place)
    yield from accumulation(place)


def _is_eps(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value == 1e-5


def _is_count(place: Place, node: ast.BinOp) -> bool:
    """n - 1, which is a factor and no sum."""
    return all(place.answer.is_number(name) for name in names_in(node))


def sums(place: Place) -> Iterator[ast.BinOp]:
    for node in arithmetic(place.statement.node):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
            yield node


def drop_term(place: Place) -> Iterator[Change]:
    text = place.answer.operand
    for node in sums(place):
        if _is_count(place, node):
            continue
        if _is_eps(node.right):
            yield place.swap("drop-eps", node, text(node.left), "eps-left-out")
            continue
        # 1 - h**2: without either part it is another derivative, not another sum of uses.
        local = isinstance(node.left, ast.Constant)
        # 1 * dh is also dh itself, another value's gradient.
        left_out = ("local-derivative-left-out", "value-for-gradient") if local else ()
        # ... unless the two are the terms of two uses.
        names = () if local and not place.read_twice else ("contribution-missing",)
        picked = ("no-one-hot",) if "one_hot" in ast.unparse(node.right) else ()
        yield place.swap("drop-term", node, text(node.left), *left_out, *names, *picked)
        minus = "-" if isinstance(node.op, ast.Sub) else ""
        yield place.swap("drop-term", node, f"({minus}{text(node.right)})", *names)


def flip_sign(place: Place) -> Iterator[Change]:
    text = place.answer.operand
    if place.value is not None:
        yield place.swap("flip-sign", place.value, f"-({place.answer.text(place.value)})",
                         "sign-flipped")  # fmt: skip
    for node in arithmetic(place.statement.node):
        match node:
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                if _is_exponent(place, node):
                    either = ("wrong-exponent", "wrong-factor")  # the latter of a number's power
                    yield place.swap("flip-exponent", node, text(inner), *either)
                else:
                    yield place.swap("flip-sign", node, text(inner), "sign-flipped")
            case ast.BinOp(op=ast.Add() | ast.Sub() as op, left=left, right=right):
                other = "-" if isinstance(op, ast.Add) else "+"
                names: tuple[str, ...]
                if _is_count(place, node):
                    names = ("wrong-factor",)
                elif _is_eps(right):
                    names = ("eps-left-out", "sign-flipped")
                else:
                    names = ("sign-flipped",)
                yield place.swap("flip-sign", node, f"({text(left)} {other} {text(right)})", *names)


def _is_exponent(place: Place, node: ast.expr) -> bool:
    return any(
        isinstance(power, ast.BinOp) and isinstance(power.op, ast.Pow) and power.right is node
        for power in ast.walk(place.statement.node)
    )


def accumulation(place: Place) -> Iterator[Change]:
    """What can go wrong with a second write to the same gradient."""
    node, answer, statement = place.statement.node, place.answer, place.statement
    if not statement.first:
        yield place.remove("drop-statement", *_without(place))
        text, indent = answer.text(node), " " * node.col_offset
        again = answer.replace(node, f"{text}\n{indent}{text}")
        yield place.change("double-statement", again, *_twice(place))
    if isinstance(node, ast.AugAssign):
        target, value = answer.text(node.target), answer.text(node.value)
        in_place = isinstance(node.target, ast.Subscript)
        yield place.change(
            "assign-for-accumulate",
            answer.replace(node, f"{target} = {value}"),
            *(("last-write-wins", "overwritten") if in_place
              else ("overwritten", "contribution-missing")),
        )  # fmt: skip
        if isinstance(node.op, ast.Add | ast.Sub):
            sign = "-=" if isinstance(node.op, ast.Add) else "+="
            changed = answer.replace(node, f"{target} {sign} {value}")
            yield place.change("flip-sign", changed, "sign-flipped")


def _without(place: Place) -> tuple[str, ...]:
    match place.statement.node:
        case ast.AugAssign(op=ast.Sub(), target=ast.Subscript()):
            return ("no-one-hot", "contribution-missing")
        case ast.AugAssign(op=ast.Div()):
            return ("wrong-factor",)
        case _:
            return ("contribution-missing",)


def _twice(place: Place) -> tuple[str, ...]:
    match place.statement.node:
        case ast.AugAssign(op=ast.Div()):
            return ("wrong-factor",)
        case _ if place.statement.nested or isinstance(place.statement.node, ast.Expr):
            return ("contribution-twice", "wrong-factor")  # every contribution: the whole, twice
        case _:
            return ("contribution-twice",)
