"""Operators on products: a factor left out, changed or added; the upstream; exponents."""

import ast
from collections.abc import Iterator

from ..change import Change, Place
from ..syntax import arithmetic, names_in


def factor_changes(place: Place) -> Iterator[Change]:
    yield from scale_all(place)
    yield from drop_factor(place)
    yield from constants(place)
    yield from upstream_by_ones(place)
    yield from counts(place)


def scale_all(place: Place) -> Iterator[Change]:
    """Twice the value, and one other constant factor, a different one from line to line."""
    if place.value is None or _only_zeros(place.value):
        return
    text = place.answer.text(place.value)
    twice = ("wrong-factor",) if place.statement.alone else ("wrong-factor", "contribution-twice")
    yield place.swap("scale", place.value, f"2 * ({text})", *twice)
    n = "3" if place.answer.in_numbers else "n"
    others = (f"({text}) / {n}", f"({text}) * {n}", f"0.5 * ({text})")
    scaled = others[place.statement.node.lineno % 3]
    yield place.swap("scale", place.value, scaled, "wrong-factor")


def _only_zeros(value: ast.expr) -> bool:
    return ast.unparse(value).startswith("torch.zeros_like")


def drop_factor(place: Place) -> Iterator[Change]:
    text = place.answer.operand
    for node in arithmetic(place.statement.node):
        match node:
            case ast.BinOp(op=ast.Mult(), left=left, right=right):
                for kept, dropped in ((left, right), (right, left)):
                    operator, names = _dropped(place, kept, dropped)
                    yield place.swap(operator, node, text(kept), *names)
            case ast.BinOp(op=ast.Div(), left=left, right=right):
                operator, names = _dropped(place, left, right)
                yield place.swap(operator, node, text(left), *names)
            case ast.BinOp(op=ast.MatMult(), left=left, right=right):
                for kept, dropped in ((left, right), (right, left)):
                    operator, names = _dropped(place, kept, dropped)
                    yield place.swap(operator, node, text(kept), *names)


def _dropped(place: Place, kept: ast.expr, dropped: ast.expr) -> tuple[str, tuple[str, ...]]:
    """The operator's name, and the ids for a product that lost this factor."""
    shown = ast.unparse(dropped)
    if any(place.answer.is_gradient(name) for name in names_in(dropped)):
        # Beside another term that uses the upstream, the term without it may well vanish.
        upstream = [
            name
            for name in names_in(place.statement.node)
            if place.answer.is_gradient(name) and name != place.statement.key
        ]
        fused = len(upstream) > len(set(upstream))
        also = ("contribution-missing",) if fused else ()
        if isinstance(kept, ast.Name):  # what is left is a forward value
            also = (*also, "value-for-gradient")
        return "drop-upstream", ("upstream-left-out", *also)
    if "one_hot" in shown:
        return "drop-one-hot", ("no-one-hot", "local-derivative-left-out")
    bare = isinstance(kept, ast.Name) and place.answer.is_gradient(kept.id)
    if "ones_like" in shown:
        return "drop-broadcast", (
            "wrong-shape",
            "not-spread",
            *(("local-derivative-left-out",) if bare else ()),
        )
    if not is_constant(place, dropped):
        # The bare upstream is also another value's gradient.
        also = ("value-for-gradient",) if bare else ()
        if set(names_in(dropped)) == {place.statement.gradient}:  # of 2 * x: the exponent is lower
            also = (*also, "wrong-exponent")
        if place.read_twice and isinstance(dropped, ast.BinOp):  # a sum: one of two uses is left
            also = (*also, "contribution-missing")
        return "drop-local", ("local-derivative-left-out", *also)
    return "drop-constant", ("wrong-factor",)


def is_constant(place: Place, node: ast.expr) -> bool:
    """Numbers and sizes only: 2 / x.shape[1], x.numel(); and the sum of all entries, x.sum()."""
    counted = [
        part.func
        for part in ast.walk(node)
        if isinstance(part, ast.Call) and not part.args and isinstance(part.func, ast.Attribute)
    ]
    measured = {
        id(part.value)
        for part in ast.walk(node)
        if isinstance(part, ast.Attribute)
        and (part.attr == "shape" or (part in counted and part.attr in ("numel", "sum")))
    }
    names = [part for part in ast.walk(node) if isinstance(part, ast.Name)]
    return all(id(name) in measured or place.answer.is_number(name.id) for name in names)


def constants(place: Place) -> Iterator[Change]:
    powers = {
        id(node.right): is_constant(place, node.left)
        for node in arithmetic(place.statement.node)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow)
    }
    for node in arithmetic(place.statement.node):
        value = _number(node)
        if value is None or value in (0, 1e-5):
            continue
        if id(node) in powers:
            name = "wrong-factor" if powers[id(node)] else "wrong-exponent"
            yield place.swap("exponent", node, f"({value + 1})", name)
            if value < 0:
                yield place.swap("exponent", node, f"({value - 1})", name)
        elif isinstance(node, ast.Constant) and _is_factor(place, node):
            yield place.swap("constant", node, f"{value * 2}", "wrong-factor")


def _number(node: ast.expr) -> float | None:
    match node:
        case ast.Constant(value=int() | float() as value):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            return -value
        case _:
            return None


def _is_factor(place: Place, constant: ast.Constant) -> bool:
    """Directly in a product or quotient, and no part of a sum such as 1 - h**2."""
    for node in ast.walk(place.statement.node):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div):
            for side in (node.left, node.right):
                inner = side.operand if isinstance(side, ast.UnaryOp) else side
                if inner is constant:
                    return True
    return False


def upstream_by_ones(place: Place) -> Iterator[Change]:
    """As if nothing came from above: the upstream gradient read as ones."""
    if place.value is None:
        return
    seen = set()
    for node in arithmetic(place.statement.node):
        if isinstance(node, ast.Name) and node.id not in seen and place.answer.is_gradient(node.id):
            own = node.id.removeprefix("d")
            if own == place.statement.gradient or own not in place.answer.values:
                continue
            seen.add(node.id)
            ones = "1.0" if place.answer.in_numbers else f"torch.ones_like({own})"
            yield place.swap("ones-for-upstream", node, ones, "upstream-left-out")


def counts(place: Place) -> Iterator[Change]:
    """n for n - 1 and the other way round, as in a variance."""
    if place.answer.in_numbers:
        return
    inside = set()
    for node in arithmetic(place.statement.node):
        match node:
            case ast.BinOp(op=ast.Sub(), left=ast.Name(id=name), right=ast.Constant(value=1)):
                inside.add(id(node.left))
                yield place.swap("bessel", node, name, "wrong-factor")
            case ast.Name(id=name) if place.answer.is_number(name) and id(node) not in inside:
                yield place.swap("bessel", node, f"({name} - 1)", "wrong-factor")
