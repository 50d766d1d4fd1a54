"""Mechanical rewrites that change how a line is written and not what it comes to.

Each is checked by the oracle before it is used: a rewrite that is none is an error of the
suite (see mutants.py).
"""

import ast
from collections.abc import Iterator

from ..change import Change, Place
from ..syntax import Edit, Statement, WorkedAnswer, arithmetic, names_in


def rewrites(answer: WorkedAnswer) -> Iterator[Change]:
    for statement in answer.statements:
        place = Place(answer, statement)
        for operator in (commute, powers, statements, reductions, products, copies, signs):
            yield from operator(place)
    yield from reordered(answer)


def commute(place: Place) -> Iterator[Change]:
    text = place.answer.operand
    for node in arithmetic(place.statement.node):
        match node:
            case ast.BinOp(op=ast.Mult() | ast.Add() as op, left=left, right=right):
                sign = "*" if isinstance(op, ast.Mult) else "+"
                swapped = f"({text(right)} {sign} {text(left)})"
                yield place.swap("rewrite: commute", node, swapped)


def powers(place: Place) -> Iterator[Change]:
    text = place.answer.operand
    for node in arithmetic(place.statement.node):
        match node:
            case ast.BinOp(op=ast.Div(), left=ast.Constant(value=1), right=below):
                yield place.swap("rewrite: power", node, f"({text(below)} ** -1)")
            case ast.BinOp(op=ast.Pow(), left=base, right=ast.Constant(value=2)):
                yield place.swap("rewrite: power", node, f"({text(base)} * {text(base)})")
            case ast.BinOp(op=ast.Pow(), left=base, right=ast.UnaryOp(operand=power)):
                inverse = f"(1 / {text(base)} ** {text(power)})"
                yield place.swap("rewrite: power", node, inverse)


def statements(place: Place) -> Iterator[Change]:
    """The statement in two, under an `if`, by `x = x + y`, into a tensor of zeros."""
    answer, node = place.answer, place.statement.node
    text, indent = answer.text(node), "\n" + " " * node.col_offset
    some = "n" if "n" in answer.values else "1"
    yield place.change("rewrite: if", answer.replace(node, f"if {some} > 0:{indent}    {text}"))
    match node:
        case ast.Assign(targets=[target], value=value):
            head = answer.text(target)
            held = f"held = {answer.text(value)}{indent}{head} = held"
            yield place.change("rewrite: split", answer.replace(node, held))
            if isinstance(target, ast.Name) and place.statement.gradient in answer.values:
                zeros = f"{head} = " + (
                    "0" if answer.in_numbers else f"torch.zeros_like({place.statement.gradient})"
                )
                yield place.change(
                    "rewrite: from zeros",
                    (
                        answer.replace(node, f"{zeros}{indent}{head} += {answer.text(value)}"),
                        *_with_torch(answer),
                    ),
                )
            yield from _split_product(place, head, value)
        case ast.AugAssign(target=target, op=op, value=value):
            head, value_text = answer.text(target), answer.operand(value)
            sign = {ast.Add: "+", ast.Sub: "-", ast.Div: "/"}[type(op)]
            longer = f"{head} = {head} {sign} {value_text}"
            yield place.change("rewrite: accumulate", answer.replace(node, longer))


def _with_torch(answer: WorkedAnswer) -> tuple[Edit, ...]:
    start = answer.source.index("\n\ndef ")
    present = "import torch\n" in answer.source
    return () if present else (Edit(start, start, "import torch\n"),)


def _split_product(place: Place, head: str, value: ast.expr) -> Iterator[Change]:
    match value:
        case ast.BinOp(op=ast.Mult() | ast.MatMult() as op, left=left, right=right):
            sign = "*" if isinstance(op, ast.Mult) else "@"
            answer, node = place.answer, place.statement.node
            indent = "\n" + " " * node.col_offset
            parts = f"held = {answer.text(left)}" if "\n" not in answer.text(left) else None
            if parts is not None:
                whole = f"{parts}{indent}{head} = held {sign} {answer.operand(right)}"
                yield place.change("rewrite: split", answer.replace(node, whole))


def reductions(place: Place) -> Iterator[Change]:
    answer = place.answer
    for node in arithmetic(place.statement.node):
        match node:
            case ast.Call(func=ast.Attribute(value=summed, attr="sum"), args=[dim], keywords=kept):
                inner, at = answer.operand(summed), answer.text(dim)
                kept_text = ", keepdim=True" if kept else ""
                yield place.swap("rewrite: sum", node, f"{inner}.sum(dim={at}{kept_text})")
                yield place.swap("rewrite: sum", node, f"torch.sum({inner}, {at}{kept_text})")
                if kept and isinstance(dim, ast.Constant):
                    later = f"{inner}.sum({at}).unsqueeze({at})"
                    yield place.swap("rewrite: sum", node, later)


def products(place: Place) -> Iterator[Change]:
    text = place.answer.text
    for node in arithmetic(place.statement.node):
        match node:
            case ast.BinOp(op=ast.MatMult(), left=left, right=right):
                called = f"torch.matmul({text(left)}, {text(right)})"
                yield place.swap("rewrite: matmul", node, called)
                dotted = f"torch.einsum('...ij,...jk->...ik', {text(left)}, {text(right)})"
                yield place.swap("rewrite: matmul", node, dotted)
            case ast.Attribute(value=inner, attr="T"):
                yield place.swap("rewrite: transpose", node, f"{text(inner)}.transpose(0, 1)")


def copies(place: Place) -> Iterator[Change]:
    for node in arithmetic(place.statement.node):
        match node:
            case ast.Call(func=ast.Attribute(value=cloned, attr="clone"), args=[]):
                name = place.answer.text(cloned)
                yield place.swap("rewrite: clone", node, f"torch.clone({name})")
                yield place.swap("rewrite: clone", node, f"{name} + 0")


def signs(place: Place) -> Iterator[Change]:
    answer, statement = place.answer, place.statement
    for node in arithmetic(statement.node):
        match node:
            case ast.UnaryOp(op=ast.USub(), operand=ast.Name() as inner):
                yield place.swap("rewrite: sign", node, f"(-1 * {answer.text(inner)})")
    match statement.node:
        case ast.Assign(targets=[ast.Name()], value=ast.BinOp(op=ast.Mult()) as product):
            if statement.gradient in answer.values and "import torch\n" in answer.source:
                ones = f"torch.ones_like({statement.gradient}) * ({answer.text(product)})"
                yield place.swap("rewrite: ones", product, ones)


def reordered(answer: WorkedAnswer) -> Iterator[Change]:
    """Two neighbours of which neither reads what the other writes, the other way round."""
    by_node = {id(statement.node): statement for statement in answer.statements}
    for first, second in zip(answer.body, answer.body[1:], strict=False):
        one, other = by_node.get(id(first)), by_node.get(id(second))
        if one is None or other is None or not _independent(one, other):
            continue
        (start, end), (later, last) = answer.span(first), answer.span(second)
        between = answer.source[end:later]
        text = answer.text(second) + between + answer.text(first)
        yield Change(
            "rewrite: reorder",
            one.gradient,
            one.node.lineno,
            (Edit(start, last, text),),
            frozenset(),
        )


def _independent(one: Statement, other: Statement) -> bool:
    keys = {one.key: other.node, other.key: one.node}
    return not any(key in names_in(node) for key, node in keys.items())
