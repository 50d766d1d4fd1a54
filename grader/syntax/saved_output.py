"""What the lecture's `cmp` printed when a notebook was run, as far as it is saved in it."""

import ast
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from grader.syntax.units import Unit

LINE = re.compile(
    r"^[ \t]*(\w+)\s*\|\s*exact:\s*(True|False)\s*\|\s*approximate:\s*(True|False)\s*"
    r"\|\s*maxdiff:\s*([-+.\w]+)\s*$",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Printed:
    name: str  # "logprobs"
    exact: bool
    approximate: bool
    maxdiff: float
    cell: str  # `[17]`


def printed_by_cmp(units: Sequence[Unit], own: Collection[Unit]) -> tuple[Printed, ...]:
    """Of an exercise, whose statements are `own`, the last line for each gradient.

    Where several exercises are in a cell, a line is of the one that the call is of.
    """
    by_cell: dict[int, list[Unit]] = defaultdict(list)
    for unit in units:
        by_cell[unit.at].append(unit)
    found: dict[str, Printed] = {}
    for inside in by_cell.values():
        for printed, call in _lines(inside):
            if (call in own) if call is not None else any(unit in own for unit in inside):
                found[printed.name] = printed
    return tuple(found.values())


def _lines(inside: Sequence[Unit]) -> Iterator[tuple[Printed, Unit | None]]:
    """Every line that a cell printed, with the call that it is of."""
    calls: dict[str, list[Unit]] = defaultdict(list)
    for unit in inside:
        if name := _compared(unit.node):
            calls[name].append(unit)
    cell = inside[0].cell
    for name, exact, approximate, maxdiff in LINE.findall(cell.printed):
        try:
            difference = float(maxdiff)
        except ValueError:
            continue
        printed = Printed(name, exact == "True", approximate == "True", difference, cell.name)
        yield printed, calls[name].pop(0) if calls[name] else None


def _compared(node: ast.stmt) -> str:
    """`logits` of `cmp('logits', dlogits, logits)`."""
    match node:
        case ast.Expr(value=ast.Call(args=[ast.Constant(value=str(name)), _, _])):
            return name
    return ""
