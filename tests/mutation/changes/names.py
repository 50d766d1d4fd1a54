"""Operators on names, shapes and calls: the wrong value, a lost sum, clone, transpose, size."""

import ast
from collections.abc import Iterator
from functools import partial

from grader.course.exercise import Exercise

from ..change import Change, Place
from ..syntax import Edit, arithmetic, names_in


def name_changes(place: Place) -> Iterator[Change]:
    yield from other_names(place)
    yield from reductions(place)
    yield from elementwise_softmax(place)
    yield from transposes(place)
    yield from clones(place)
    yield from sizes(place)


def other_names(place: Place) -> Iterator[Change]:
    """An upstream by another gradient or by its value; a value by another of its shape."""
    answer, statement = place.answer, place.statement
    values = answer.exercise.forward_pass.names
    seen: set[str] = {statement.key}
    for node in _reads(place):
        name = node.id
        shape = answer.shape_of(name)
        if name in seen or not ("," in shape or (shape and answer.in_numbers)):
            continue
        seen.add(name)
        if answer.is_gradient(name):
            same = [key for key in statement.known if _alike(place, key, name)]
            for other in [key for key in same if key not in {name, *_passed_on(place, name)}][-2:]:
                # Where two lines differ in the upstream only, that is the other's gradient.
                names = ("value-for-gradient", "wrong-name")
                yield place.swap("other-upstream", node, other, *names)
            own = name.removeprefix("d")
            if own in answer.values:
                yield place.swap("value-for-gradient", node, own, "value-for-gradient")
        else:
            alike = [
                value
                for value in values
                if value != name and value in answer.values and _alike(place, value, name)
            ]
            nearest = sorted(alike, key=lambda v: abs(values.index(v) - values.index(name)))
            for other in nearest[:2]:
                # Of a product's factors, the one for the other is the other one's gradient.
                also = ("wrong-exponent", "wrong-name")
                yield place.swap("other-value", node, other, "value-for-gradient", *also)


def _reads(place: Place) -> Iterator[ast.Name]:
    for node in arithmetic(place.statement.node):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and not _like(place, node):
            yield node


def _passed_on(place: Place, name: str) -> set[str]:
    """What this gradient is, or is passed on as, by a sum's `dx = dy`: no mistake to use it."""
    nodes = [statement.node for statement in place.answer.statements if statement.alone]
    pairs = [
        {place.answer.text(node.targets[0]), node.value.id}
        for node in nodes
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Name)
    ]
    return {other for pair in pairs if name in pair for other in pair}


def _like(place: Place, name: ast.Name) -> bool:
    """Whether only the shape of the name is used, as in zeros_like(name)."""
    return any(
        isinstance(call, ast.Call)
        and name in call.args
        and ast.unparse(call.func).endswith("_like")
        for call in ast.walk(place.statement.node)
    )


def _alike(place: Place, one: str, other: str) -> bool:
    return place.answer.shape_of(one) == place.answer.shape_of(other)


def reductions(place: Place) -> Iterator[Change]:
    answer = place.answer
    for node in arithmetic(place.statement.node):
        match node:
            case ast.Call(func=ast.Attribute(value=summed, attr="sum") as method, args=[dim]):
                text = answer.operand(summed)
                yield place.swap("drop-sum", node, text, "not-summed", "softmax-elementwise")
                dotted = answer.span(method)[1]
                mean = Edit(dotted - len("sum"), dotted, "mean")
                yield place.change("mean-for-sum", mean, "mean-for-sum", "wrong-factor")
                part = ("not-summed",) if isinstance(dim, ast.Tuple) else ()  # one of them only
                yield place.swap("other-dim", dim, _other(dim), "summed-wrong-dimension", *part)
                if node.keywords:
                    lost = f"{text}.sum({answer.text(dim)})"
                    yield place.swap("drop-keepdim", node, lost, "keepdim-lost")
                else:
                    kept = f"{text}.sum({answer.text(dim)}, keepdim=True)"
                    yield place.swap("add-keepdim", node, kept, "wrong-shape")
                yield place.swap("sum-all", node, f"{text}.sum()", "summed-wrong-dimension")
            case ast.Call(func=ast.Attribute(attr="softmax"), args=[_, dim]):
                yield place.swap("other-dim", dim, _other(dim), "summed-wrong-dimension")


def elementwise_softmax(place: Place) -> Iterator[Change]:
    """y * (1 - y) * dy for the gradient of a softmax y, y * (dy - (y * dy).sum(...))."""
    for node in arithmetic(place.statement.node):
        match node:
            case ast.BinOp(
                op=ast.Mult(),
                left=ast.Name(id=y),
                right=ast.BinOp(
                    op=ast.Sub(),
                    left=ast.Name(id=dy),
                    right=ast.Call(func=ast.Attribute(attr="sum", value=product)),
                ),
            ) if set(names_in(product)) == {y, dy}:
                text = f"{y} * (1 - {y}) * {dy}"
                yield place.swap("elementwise-softmax", node, text, "softmax-elementwise")


def _other(dim: ast.expr) -> str:
    return "1" if ast.unparse(dim) == "0" else "0"


def transposes(place: Place) -> Iterator[Change]:
    text = place.answer.operand
    for node in arithmetic(place.statement.node):
        match node:
            case ast.BinOp(op=ast.MatMult(), left=left, right=right):
                swapped = f"{text(right)} @ {text(left)}"
                yield place.swap("swap-matmul", node, swapped, "transposed")
                yield place.swap("transpose", node, f"({place.answer.text(node)}).mT", "transposed")
            case ast.Attribute(value=inner, attr="T"):
                yield place.swap("drop-transpose", node, text(inner), "transposed")


def clones(place: Place) -> Iterator[Change]:
    for node in arithmetic(place.statement.node):
        match node:
            case ast.Call(func=ast.Attribute(value=cloned, attr="clone"), args=[]):
                yield place.swap("drop-clone", node, place.answer.text(cloned), "missing-clone")


def sizes(place: Place) -> Iterator[Change]:
    """Every size written as the number it has in the lecture."""
    answer = place.answer
    n = answer.exercise.sizes.get("n", 0)  # of numbers there is none
    sizes_of = partial(_sizes_of, answer.exercise)
    for node in ast.walk(place.statement.node):
        match node:
            case ast.BinOp(op=ast.Sub(), left=ast.Name(id="n"), right=ast.Constant(value=1)):
                yield place.swap("hard-code", node, str(n - 1), "hard-coded-size")
            case ast.Name(id="n"):
                yield place.swap("hard-code", node, str(n), "hard-coded-size")
            case ast.Subscript(
                value=ast.Attribute(value=ast.Name(id=name), attr="shape"),
                slice=ast.Constant(value=int() as dim),
            ):
                size = sizes_of(answer.shape_of(name))[dim]
                yield place.swap("hard-code", node, size, "hard-coded-size")
            case ast.Attribute(value=ast.Name(id=name), attr="shape"):
                if any(getattr(up, "value", None) is node for up in ast.walk(place.statement.node)
                       if isinstance(up, ast.Subscript)):  # fmt: skip
                    continue
                whole = ", ".join(sizes_of(answer.shape_of(name)))
                yield place.swap("hard-code", node, f"({whole})", "hard-coded-size")
            case ast.Call(
                func=ast.Attribute(attr="zeros_like" | "ones_like" as like),
                args=[ast.Name(id=name)],
            ):
                whole = ", ".join(sizes_of(answer.shape_of(name)))
                made = f"torch.{like.removesuffix('_like')}({whole})"
                yield place.swap("hard-code", node, made, "hard-coded-size")


def _sizes_of(exercise: Exercise, shape: str) -> list[str]:
    """ "(n, n_hidden)" as ["32", "64"]."""
    named = {**exercise.sizes, "vocab_size": 27}
    inner = shape.strip("()").rstrip(",")
    return [str(eval(size, {}, dict(named))) for size in inner.split(", ")]
