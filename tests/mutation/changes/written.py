"""Operators taken from wrong lines in public notebooks: what people write, by hand."""

import ast
from collections.abc import Iterator

from ..change import Change, Place
from ..syntax import Edit, arithmetic, names_in
from .factors import is_constant


def written_changes(place: Place) -> Iterator[Change]:
    yield from added(place)
    yield from from_ones(place)
    yield from whole_columns(place)
    yield from whole_rows(place)
    yield from numbers_for_one_hot(place)
    yield from untransposed(place)
    yield from reshaped(place)
    yield from maxima_of_maxima(place)
    yield from logarithm_of_softmax(place)
    yield from multiplied(place)
    yield from own_value_summed(place)
    yield from d_elsewhere(place)
    yield from windows_reversed(place)
    yield from counted_by_n(place)


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


def _entry_of_each_row(place: Place) -> tuple[ast.Subscript, ast.expr] | None:
    """`d[range(n), index]` where it is written to, and its index."""
    node = place.statement.node
    target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
    match target:
        case ast.Subscript(slice=ast.Tuple(elts=[ast.Call(func=ast.Name(id="range")), index])):
            return target, index
        case _:
            return None


def whole_columns(place: Place) -> Iterator[Change]:
    for target, index in filter(None, [_entry_of_each_row(place)]):
        text = f"{place.answer.text(target.value)}[:, {place.answer.text(index)}]"
        yield place.swap("whole-columns", target, text, "picks-too-much")


def whole_rows(place: Place) -> Iterator[Change]:
    """`d[index]`: a row of the batch for each letter, not a column of each row."""
    for target, index in filter(None, [_entry_of_each_row(place)]):
        text = f"{place.answer.text(target.value)}[{place.answer.text(index)}]"
        yield place.swap("whole-rows", target, text, "picks-too-much")


def numbers_for_one_hot(place: Place) -> Iterator[Change]:
    """An index that is added or multiplied as a number, where its one-hot belongs."""
    text, node = place.answer.text, place.statement.node
    for target, index in filter(None, [_entry_of_each_row(place)]):
        sign = "-" if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Sub) else "+"
        value = place.value
        shown = f"({text(value)})" if value is not None else ""
        if value is not None and any(map(place.answer.is_gradient, names_in(value))):
            shown += ".view(-1, 1)"
        written = f"{text(target.value)} {sign}= {text(index)}.view(-1, 1) * {shown}"
        whole = place.answer.replace(node, written)
        yield place.change("number-for-one-hot", whole, "index-for-one-hot")
    for part in arithmetic(node):
        match part:
            case ast.Call(func=ast.Attribute(attr="one_hot"), args=[index, *_]):
                number = f"{place.answer.operand(index)}.unsqueeze(-1)"
                yield place.swap("number-for-one-hot", part, number, "index-for-one-hot")


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


def maxima_of_maxima(place: Place) -> Iterator[Change]:
    """The index of the largest looked up in the maxima, which have one entry a row."""
    for node in arithmetic(place.statement.node):
        match node:
            case ast.Attribute(
                attr="indices", value=ast.Call(func=ast.Attribute(attr="max", value=x), args=[dim])
            ):
                along = place.answer.text(dim)
                maxima = f"{place.answer.text(x)}.max({along}, keepdim=True).values"
                text = f"{maxima}.max({along}).indices"
                yield place.swap("maxima-of-maxima", node, text, "index-of-maxima")


def logarithm_of_softmax(place: Place) -> Iterator[Change]:
    for node in arithmetic(place.statement.node):
        match node:
            case ast.Call(func=ast.Attribute(attr="softmax") as name):
                end = place.answer.span(name)[1]
                edit = Edit(end - len("softmax"), end, "log_softmax")
                yield place.change("log-softmax", edit, "value-for-gradient")


def multiplied(place: Place) -> Iterator[Change]:
    """`dy * 2 * y` for `dy / (2 * y)`."""
    answer, names = place.answer, ("multiplied-for-divided", "wrong-operation", "wrong-exponent")
    for node in arithmetic(place.statement.node):
        match node:
            case ast.BinOp(op=ast.Div(), left=left, right=right):
                if not is_constant(place, right):
                    product = f"{answer.operand(left)} * {answer.text(right)}"
                    yield place.swap("multiply-for-divide", node, product, *names)


def own_value_summed(place: Place) -> Iterator[Change]:
    """`-m.sum(1, keepdim=True)` for `(-dz).sum(1, keepdim=True)`, and without `keepdim`."""
    match place.value:
        case ast.Call(func=ast.Attribute(value=summed, attr="sum"), args=[dim], keywords=[_]):
            own = place.statement.gradient
            if own in place.answer.values:
                sign = "-" if isinstance(summed, ast.UnaryOp) else ""
                for kept in (", keepdim=True", ""):
                    text = f"{sign}{own}.sum({place.answer.text(dim)}{kept})"
                    yield place.swap("own-value-summed", place.value, text, "value-for-gradient")


def d_elsewhere(place: Place) -> Iterator[Change]:
    """`dy * z` for `y * dz`, where `z = x * y` and dy is known already."""
    chunks = place.answer.exercise.forward_pass.chunk
    for node in arithmetic(place.statement.node):
        match node:
            case ast.BinOp(op=ast.Mult(), left=ast.Name(id=one), right=ast.Name(id=other)):
                for y, dz in ((one, other), (other, one)):
                    z = dz.removeprefix("d")
                    product = place.answer.is_gradient(dz) and z in chunks
                    factors = {place.statement.gradient, y}
                    known = f"d{y}" in place.statement.known and z in place.answer.values
                    if product and known and factors <= set(chunks[z].reads):
                        yield place.swap("d-elsewhere", node, f"d{y} * {z}", "d-on-wrong-factor")


def windows_reversed(place: Place) -> Iterator[Change]:
    """Entry j of a window added where its entry `width - 1 - j` came from."""
    match place.statement.node:
        case ast.AugAssign(
            value=ast.Subscript(
                value=ast.Name(id=name), slice=ast.Tuple(elts=[*_, ast.Name() as j])
            )
        ) if "width" in place.answer.values and place.answer.is_gradient(name):
            reversed_ = f"width - 1 - {place.answer.text(j)}"
            yield place.swap("reverse-windows", j, reversed_, "window-reversed")


def counted_by_n(place: Place) -> Iterator[Change]:
    """The batch size for a count of entries: `m = n`, `/ n` for `/ x.shape[1]`."""
    answer, node = place.answer, place.statement.node
    if "n" not in answer.exercise.sizes:
        return
    given = {*answer.values, "torch", "F"}
    parts = [part for part in arithmetic(node) if isinstance(part, ast.Name)]
    for count in sorted({part.id for part in parts} - given):
        if answer.is_number(count):
            edits = [answer.replace(part, "n") for part in parts if part.id == count]
            yield place.change("counted-by-n", edits, "batch-size-for-count")
    for part in arithmetic(node):
        match part:
            case ast.BinOp(op=ast.Div(), right=ast.Subscript() | ast.Call() as divisor):
                if is_constant(place, divisor) and "sum" not in ast.unparse(divisor):
                    names = ("wrong-factor", "batch-size-for-count")
                    yield place.swap("counted-by-n", divisor, "n", *names)
