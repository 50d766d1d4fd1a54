"""Explains, with symbolic sizes, how the upstream gradient's shape turns into the value's shape.

What was copied forward is summed backward; what was summed forward is stretched backward.
"""

import ast
from collections.abc import Iterator, Mapping, Sequence

from grader.derive.calculus import Step
from grader.derive.shapes import Shape, reduction_of, shape_of_part, shape_text


def shape_sentences(step: Step, upstream: str, shapes: Mapping[str, Shape]) -> Iterator[str]:
    """`upstream`: the chunk's upstream gradient, "dprobs". Nothing where the shape stays."""
    whole, part = shape_of_part(step.whole, shapes), shape_of_part(step.part, shapes)
    text = f"`{ast.unparse(step.part)}`"
    match step.rule:
        case "transpose" if part is None:
            assert isinstance(step.whole, ast.Call)
            places = " and ".join(ast.unparse(place) for place in step.whole.args)
            yield f"Dimensions {places} are swapped back first."
        case _ if part is None:
            return
        case "view":
            yield f"The same numbers, reshaped to {shape_text(part)}: there is no sum."
        case "transpose":
            yield f"The dimensions go back to their places: {shape_text(part)}."
        case "rows":
            yield _rows(step, part, shapes)
        case "pick":
            yield f"Start from zeros, {shape_text(part)}: then fill the picked entry of each row."
        case "largest":
            yield (
                f"Each row of {text}, {shape_text(part)}, gets one number, at the entry that was "
                "picked. A tensor with 1 at those entries and 0 elsewhere puts it there."
            )
        case "total" | "mean":
            yield from _stretched(step, part, whole)
        case "left of @" | "right of @":
            yield from _ordered(step, part, whole, upstream, shapes)
        case _ if whole is not None:
            yield from _beside(step, part, shapes)
            yield from _summed(text, part, whole)


def _beside(step: Step, part: Shape, shapes: Mapping[str, Shape]) -> Iterator[str]:
    if step.rule == "factor" and step.other is not None:
        other = shape_of_part(step.other, shapes)
        if other is not None and other != part:
            yield f"The other factor is {shape_text(other)}."


def _summed(text: str, part: Shape, whole: Shape) -> Iterator[str]:
    """Where an operand was broadcast to the result."""
    new = len(whole) - len(part)
    kept = [at for at in range(new, len(whole)) if part[at - new] == "1" != whole[at]]
    for dimensions, has, one, several, tail in (
        (list(range(new)), "lacks the dimension", "disappears", "disappear", " (no keepdim)"),
        (kept, "has 1 in the place", "stays", "stay", ", as a 1 (keepdim=True)"),
    ):
        if dimensions:
            plural = len(dimensions) > 1
            sizes = " and ".join(whole[at] for at in dimensions)
            fate = f"these dimensions {several}" if plural else f"that dimension {one}"
            yield (
                f"{text} {has}{'s' if plural else ''} of {sizes}: it was broadcast along "
                f"{_along(dimensions)} of {shape_text(whole)}. So its gradient is summed over "
                f"{_along(dimensions)}, and {fate}{tail}."
            )


def _along(dimensions: Sequence[int]) -> str:
    return f"dimension{'s' if len(dimensions) > 1 else ''} {' and '.join(map(str, dimensions))}"


def _stretched(step: Step, part: Shape, whole: Shape | None) -> Iterator[str]:
    """Where entries were added up."""
    assert isinstance(step.whole, ast.Call)
    reduction = reduction_of(step.whole)
    if reduction.dimensions is None:
        yield f"Every entry of {shape_text(part)} gets the same number."
        return
    over = reduction.among(len(part))
    sizes = " times ".join(part[at] for at in over)
    put_back = "" if reduction.keepdim else ", once that dimension is back as a 1"
    yield (
        f"Each number of it goes to {sizes} entries: it is broadcast along {_along(over)} of "
        f"{shape_text(part)}{put_back}. That happens by itself when it meets a tensor of that "
        "shape."
    )


def _ordered(
    step: Step, part: Shape, whole: Shape | None, upstream: str, shapes: Mapping[str, Shape]
) -> Iterator[str]:
    """Which product of the upstream gradient and the other factor has the value's shape."""
    assert step.other is not None
    other = shape_of_part(step.other, shapes)
    if other is None or whole is None:
        return
    if min(map(len, (part, whole, other))) < 2:
        yield _with_vector(f"`{ast.unparse(step.other)}`", part, whole, upstream, other)
        return
    batch = whole[:-2]
    left = step.rule == "left of @"
    shared = whole[-1] if left else whole[-2]
    first, second = ((part[-2], shared), (shared, part[-1]))
    if batch and len(part) == 2:  # one matrix for the whole batch, so its uses add up
        shared = " * ".join((*batch, whole[-2]))
        first, second = ((part[0], shared), (shared, part[1]))
        yield (
            f"Every row of a matrix product is computed by itself: read {shape_text(whole)} as "
            f"({shared}, {whole[-1]}), and {shape_text(other)} as ({shared}, {other[-1]})."
        )
    elif batch and len(other) == len(whole):
        each = " times ".join(batch)
        yield f"One product for each of {each}: everything happens in the last two dimensions."
    yield (
        f"It is a product of {upstream}, {shape_text(whole)}, and `{ast.unparse(step.other)}`, "
        f"{shape_text(other)}. They share {shared}, {_absent(shared, part)}it has to be the inner "
        f"dimension and vanish, {shape_text(first)} @ {shape_text(second)}. Which of the two "
        "comes first, and which one is transposed?"
    )


def _with_vector(text: str, part: Shape, whole: Shape, upstream: str, other: Shape) -> str:
    factors = f"It is made of {upstream}, {shape_text(whole)}, and {text}, {shape_text(other)}"
    if len(part) == 1 and len(other) > 1:
        return f"{factors}: the sum runs over the dimension that they share, {whole[-1]}."
    return (
        f"{factors}: there is no sum. Every entry of one is multiplied by every entry of the "
        f"other, which makes {shape_text(part)}."
    )


def _absent(shared: str, part: Shape) -> str:
    if shared in part:  # a square one fits either way round: the shapes do not tell
        return "and the formula says over which of its two places the sum runs: "
    return f"which is not in {shape_text(part)}: "


def _rows(step: Step, part: Shape, shapes: Mapping[str, Shape]) -> str:
    assert isinstance(step.whole, ast.Subscript)
    index = ast.unparse(step.whole.slice)
    return (
        f"Start from zeros, {shape_text(part)}. For each index in {index}, "
        f"{shape_text(shapes.get(index, ()))}, add one row {shape_text(part[1:])} of the "
        "upstream gradient to the row of that index."
    )
