"""Operators taken from wrong lines in public notebooks: what people write, by hand."""

import ast
from collections.abc import Iterator

from ..change import Change, Place
from ..syntax import arithmetic, names_in


def written_changes(place: Place) -> Iterator[Change]:
    yield from added(place)
    yield from from_ones(place)
    yield from whole_columns(place)
    yield from untransposed(place)
    yield from reshaped(place)


def added(place: Place) -> Iterator[Change]:
    """`+` for the `*` between upstream gradient and local derivative."""
    match place.value:
        case ast.BinOp(op=ast.Mult(), left=left, right=right) if place.statement.alone:
            sides = [side for side in (left, right) if _upstream(place, side)]
            text = place.answer.operand
            shown = f"{text(left)} + {text(right)}"
            bare = len(sides) == 1 and isinstance(sides[0], ast.Name)
            if bare and not place.answer.in_numbers:
                yield place.swap("add-for-multiply", place.value, shown, "added-for-multiplied")


def _upstream(place: Place, node: ast.expr) -> bool:
    return any(place.answer.is_gradient(name) for name in names_in(node))


def from_ones(place: Place) -> Iterator[Change]:
    """A sum that is started from ones; where entries are set and not added to, they stay right."""
    added_to = f"{place.statement.key}[" in place.answer.source and "] += " in place.answer.source
    added_to = added_to or f"{place.statement.key}.index_add_(" in place.answer.source
    match place.value:
        case ast.Call(func=ast.Attribute(attr="zeros_like")) if added_to:
            if f"{place.statement.key}[range" not in place.answer.source:
                text = place.answer.text(place.value).replace("zeros_like", "ones_like")
                yield place.swap("from-ones", place.value, text, "ones-for-zeros")


def whole_columns(place: Place) -> Iterator[Change]:
    node = place.statement.node
    targets = node.targets if isinstance(node, ast.Assign) else []
    if isinstance(node, ast.AugAssign):
        targets = [node.target]
    for target in targets:
        match target:
            case ast.Subscript(slice=ast.Tuple(elts=[ast.Call(func=ast.Name(id="range")), index])):
                text = f"{place.answer.text(target.value)}[:, {place.answer.text(index)}]"
                yield place.swap("whole-columns", target, text, "picks-too-much")


def untransposed(place: Place) -> Iterator[Change]:
    """`A @ dy` for `A.transpose(2, 3) @ dy`, in a table of weights: where A is square."""
    for node in arithmetic(place.statement.node):
        match node:
            case ast.BinOp(op=ast.MatMult(), left=ast.Call(func=ast.Attribute(attr="transpose"))):
                inner = node.left.func.value  # type: ignore[attr-defined]
                text = place.answer.operand(inner)
                yield place.swap("untransposed", node.left, text, "transpose-left-out")


def reshaped(place: Place) -> Iterator[Change]:
    """`dy.reshape(x.shape)` for `dy.transpose(1, 2).reshape(x.shape)`."""
    match place.value:
        case ast.Call(
            func=ast.Attribute(
                attr="reshape", value=ast.Call(func=ast.Attribute(attr="transpose", value=inner))
            ),
            args=[shape],
        ):
            text = f"{place.answer.operand(inner)}.reshape({place.answer.text(shape)})"
            yield place.swap("reshape-for-transpose", place.value, text, "reshape-for-transpose")
