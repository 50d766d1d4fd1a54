"""Shapes in letters: what `(n, 1)` beside `(n, vocab_size)` makes, read from a chunk's syntax.

The names have the shapes that the forward pass writes at its line ends. Imports no torch.
"""

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass

Shape = tuple[str, ...]
SAME = (
    "abs", "clone", "cos", "exp", "log", "masked_fill", "relu", "sigmoid", "sin", "sqrt", "tanh",
)  # fmt: skip
REDUCTIONS = ("sum", "mean", "max", "min", "var", "std")


def read_shape(comment: str) -> Shape | None:
    """('n', '1') of "(n, 1), the largest of a row"; None where the comment gives no shape."""
    found = re.match(r"\(([^)]*)\)", comment)
    if found is None:
        return None
    return tuple(part.strip() for part in found.group(1).split(",") if part.strip())


def shape_text(shape: Shape) -> str:
    """As Python writes a tuple: "(n,)", "(n, 1)", "()"."""
    return f"({shape[0]},)" if len(shape) == 1 else f"({', '.join(shape)})"


@dataclass(frozen=True)
class Reduction:
    """`x.sum(0, keepdim=True)`, `x.mean((0, 1))`: what it runs over."""

    dimensions: tuple[int, ...] | None  # None: all of them
    keepdim: bool

    def among(self, rank: int) -> tuple[int, ...]:
        """The dimensions of a value with `rank` of them, counted from the first."""
        every = range(rank)
        return tuple(every if self.dimensions is None else (every[at] for at in self.dimensions))


def reduction_of(call: ast.Call) -> Reduction:
    """Raises ValueError where the dimensions are no plain numbers."""
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    dimension = call.args[0] if call.args else given.get("dim")
    kept = call.args[1] if len(call.args) > 1 else given.get("keepdim")
    over = None if dimension is None else ast.literal_eval(dimension)
    return Reduction(
        over if over is None or isinstance(over, tuple) else (int(over),),
        kept is not None and bool(ast.literal_eval(kept)),
    )


def _of_matmul(left: Shape, right: Shape) -> Shape:
    """A vector on the right is a column, one on the left a row; that dimension goes away."""
    if len(right) == 1:
        return left[:-1]
    return right[:-2] + right[-1:] if len(left) == 1 else left[:-1] + right[-1:]


def broadcast(one: Shape | None, other: Shape | None) -> Shape | None:
    """None where a shape is not known, or where the two do not meet."""
    if one is None or other is None:
        return None
    longer, shorter = (one, other) if len(one) >= len(other) else (other, one)
    padded = ("1",) * (len(longer) - len(shorter)) + shorter
    if any("1" not in pair and len(set(pair)) > 1 for pair in zip(longer, padded, strict=True)):
        return None
    return tuple(b if a == "1" else a for a, b in zip(longer, padded, strict=True))


def shape_of_part(node: ast.expr, shapes: Mapping[str, Shape]) -> Shape | None:
    """Of a part of a chunk; None where the syntax does not tell. A number has shape ()."""
    match node:
        case ast.Constant():
            return ()
        case ast.Name(id=name):
            return shapes.get(name, ())
        case ast.UnaryOp(operand=operand):
            return shape_of_part(operand, shapes)
        case ast.BinOp(left=left, op=ast.MatMult(), right=right):
            rows, columns = shape_of_part(left, shapes), shape_of_part(right, shapes)
            return _of_matmul(rows, columns) if rows and columns else None
        case ast.BinOp(left=left, right=right):
            return broadcast(shape_of_part(left, shapes), shape_of_part(right, shapes))
        case ast.Subscript(value=table, slice=ast.Name(id=index)):
            rows, columns = shapes.get(index), shape_of_part(table, shapes)
            return rows + columns[1:] if rows and columns else None
        case ast.Subscript(slice=ast.Tuple(elts=[ast.Call(), ast.Name(id=index)])):
            return shapes.get(index)
        case ast.Attribute(value=inner, attr="values"):
            return shape_of_part(inner, shapes)
        case ast.Attribute(value=inner, attr="T"):
            shape = shape_of_part(inner, shapes)
            return None if shape is None else shape[::-1]
        case ast.Call(func=ast.Name(id=function), args=[inner]) if function in SAME:
            return shape_of_part(inner, shapes)
        case ast.Call(func=ast.Attribute(attr="gather"), args=[_, index]):
            return shape_of_part(index, shapes)
        case ast.Call(func=ast.Attribute(value=inner, attr=method)):
            shape = shape_of_part(inner, shapes)
            if method in SAME or shape is None:
                return shape
            if method == "transpose":
                return _transposed(node, shape)
            if method in ("squeeze", "unsqueeze"):
                return _squeezed(node, shape, method == "squeeze")
            return _reduced(node, shape) if method in REDUCTIONS else None
    return None


def _transposed(call: ast.Call, shape: Shape) -> Shape:
    one, other = (range(len(shape))[int(ast.literal_eval(at))] for at in call.args)
    places = list(shape)
    places[one], places[other] = shape[other], shape[one]
    return tuple(places)


def _squeezed(call: ast.Call, shape: Shape, out: bool) -> Shape:
    """Without the dimension of 1 at this place, or with one more there."""
    at = int(ast.literal_eval(call.args[0])) % (len(shape) if out else len(shape) + 1)
    return shape[:at] + (() if out else ("1",)) + shape[at + out :]


def _reduced(call: ast.Call, shape: Shape) -> Shape | None:
    try:
        reduction = reduction_of(call)
    except ValueError:
        return None
    over = reduction.among(len(shape))
    kept = reduction.keepdim and reduction.dimensions is not None
    sizes = ("1" if at in over else size for at, size in enumerate(shape) if kept or at not in over)
    return tuple(sizes)
