"""What is said of how a notebook was read: what was left out, moved or read otherwise."""

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from grader.syntax.cells import Cell
from grader.syntax.slice import Slice
from grader.syntax.slice_text import Instead
from grader.syntax.submission import Note
from grader.syntax.targets import Function, parameters, writes
from grader.syntax.units import FEW, Unit, gradient_of

NEAR = 0.85  # of two names, where one is taken for the other
MOST_LISTED = 4
MOST_SHOWN = 40  # characters of a line

MOST_LINES = 20  # that are named in one note


@dataclass(frozen=True)
class Reading:
    """Of the notebook's `cells` for an exercise that asks for these `gradients` ("dprobs")."""

    cells: Sequence[Cell]
    gradients: Sequence[str]
    called: Mapping[str, str]  # by gradient, another name that it has
    own: frozenset[Unit]  # the exercise's statements

    def of_slice(
        self,
        found: Slice,
        taken_over: Collection[Unit],
        stood_in: Collection[str],
        instead: Instead,
    ) -> Iterator[Note]:
        """`taken_over`: statements that only take PyTorch's gradient. `stood_in`: values whose
        gradients are read, and written nowhere."""
        yield from self.of_definitions(found)
        yield from _order(found)
        yield from _taken_over(sorted(taken_over, key=lambda unit: (unit.at, unit.line)))
        yield from _peeks(found, stood_in, instead)
        yield from self._checks()
        yield from self._in_functions(found)
        yield from self.renamed(found.written)

    def of_definitions(self, found: Slice) -> Iterator[Note]:
        yield from self.cells_left_out()
        for name, unit in found.refused.items():
            said = f"`{name}` of {unit.place} is not taken: that line {unit.outside}."
            yield Note("not-taken", said)

    def _in_functions(self, found: Slice) -> Iterator[Note]:
        """Answers in names of a function's own, where cells outside it write the same."""
        names = {self.called.get(key, key) for key in self.gradients}
        for unit in sorted(self.own, key=lambda unit: (unit.at, unit.line)):
            if isinstance(unit.node, Function) and unit not in found.units:
                made = {write.target.variable for write in writes(*unit.node.body)} & names
                if len(made) > FEW:
                    said = f"What `{unit.defined}` works out, {unit.place}, is not graded"
                    yield Note("in-a-function", f"{said}: cells outside it write the same.")

    def _checks(self) -> Iterator[Note]:
        """What would raise for other sizes, and makes no gradient."""
        names = {self.called.get(key, key) for key in self.gradients}
        for unit in sorted(self.own, key=lambda unit: (unit.at, unit.line)):
            if unit.reads & names and not unit.written and _holds_a_size(unit.node):
                text = ast.get_source_segment(unit.cell.source, unit.node) or ""
                said = f"{unit.place} is left out, for it makes no gradient: `{_short(text)}`."
                yield Note(
                    "hard-coded-size",
                    f"{said} It holds for the lecture's sizes only; other sizes are tried here.",
                )

    def cells_left_out(self) -> Iterator[Note]:
        for cell in self.cells:
            if cell.problem is not None:
                yield Note("cell-skipped", f"{cell.name} is skipped: {cell.problem}.")
            elif cell.unread:
                yield Note("left-out", _left_out(cell))

    def renamed(self, written: Collection[str]) -> Iterator[Note]:
        """Names that hold a gradient's where the gradient itself is not written."""
        own = sorted(self.own, key=lambda unit: (unit.at, unit.line))
        asked = {self.called.get(key, key) for key in self.gradients}
        places = {
            name: unit.place_of(name) for unit in own for name in unit.bound if name not in asked
        }
        for key in self.gradients:
            if self.called.get(key, key) in written:
                continue
            alike = [name for name in places if name.startswith("d")]
            near = get_close_matches(key, alike, n=1, cutoff=NEAR)
            for name in dict.fromkeys([*(name for name in places if key in name), *near]):
                yield Note(
                    "renamed",
                    f"{places[name]} writes `{name}`, and nothing writes `{key}`; "
                    f"to grade it as that: --gradient {key}={name}",
                )


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= MOST_SHOWN else f"{line[: MOST_SHOWN - 3]}..."


def _holds_a_size(node: ast.stmt) -> bool:
    """An assert, or a reshape that is thrown away, with a number in it that may be a size."""
    match node:
        case ast.Assert(test=looked_at):
            pass
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr="reshape" | "view"))):
            looked_at = node.value
        case _:
            return False
    numbers = (part.value for part in ast.walk(looked_at) if isinstance(part, ast.Constant))
    return any(type(number) is int and number > 2 for number in numbers)


def _left_out(cell: Cell) -> str:
    (line, text), *more = cell.unread
    shown = _short(text)
    if text.startswith("%%"):
        return f"{cell.name} is not Python (`{shown}`), and is left out."
    if not more:
        return f"{cell.place(line)} is for the shell or for Jupyter (`{shown}`), and is left out."
    lines = ", ".join(str(cell.place(other).line) for other, _ in more[:MOST_LINES])
    lines += ", ..." if len(more) > MOST_LINES else ""
    first = str(cell.place(line)).replace("line", "lines")
    return f"{first}, {lines} are for the shell or for Jupyter (`{shown}`), and are left out."


def _order(found: Slice) -> Iterator[Note]:
    for name, units in found.dropped.items():
        final = next(u for u in reversed(found.units) if name in u.written)
        also = ", ".join(str(unit.place_of(name)) for unit in units)
        said = f"`{name}` is written at {also} and again at {final.place_of(name)}"
        yield Note("written-twice", f"{said}; the last one is graded.")
    moved = {(unit.cell, name): unit for unit, name in reversed(found.moved)}
    for (_, name), unit in reversed(moved.items()):
        if name not in found.dropped:
            said = f"{unit.place} reads `{name}`, which a later cell writes"
            yield Note("moved", f"{said}; it is run after that cell.")


def _taken_over(units: Sequence[Unit]) -> Iterator[Note]:
    """Statements that only take PyTorch's gradient."""
    if not units:
        return
    said = _listed([f"{unit.place} (`{_short(ast.unparse(unit.node))}`)" for unit in units])
    be = "is not graded: it is" if len(units) == 1 else "are not graded: they are"
    yield Note("reads-grad", f"{said} {be} PyTorch's gradient, not one derived by hand.")


def _peeks(found: Slice, stood_in: Collection[str], instead: Instead) -> Iterator[Note]:
    """One for all that are read in the same way."""
    unknown, alone, written = dict[str, str](), dict[str, str](), dict[str, str]()
    for unit in found.units:
        passed = parameters(unit.node) if isinstance(unit.node, Function) else set[str]()
        for peek in unit.peeks:
            if ast.unparse(peek.value) in passed:
                continue
            key, name = gradient_of(peek), instead(peek)
            said = f"{unit.cell.place(peek.lineno)} reads `{ast.unparse(peek)}`"
            if name is None:
                unknown[said] = key
            elif key[1:] in stood_in:
                alone[said] = key
            else:
                written[said] = "1" if name == "1.0" else f"your `{name}`"
    if unknown:
        said = f"{_listed(unknown)}, which is None here: no cell is run, and no `loss.backward()`."
        yield Note("reads-grad", said)
    if alone:
        keys = _listed(dict.fromkeys(f"`{key}`" for key in alone.values()))
        yield Note(
            "reads-grad",
            f"{_listed(alone)}, PyTorch's answer, and nothing writes {keys}. It is judged alone, "
            f"with a stand-in for that; write {keys}, and read that.",
        )
    if written:
        names = _listed(dict.fromkeys(written.values()))
        yield Note(
            "reads-grad",
            f"{_listed(written)}, PyTorch's answer. It is graded with {names} in its place.",
        )


def _listed(parts: Iterable[str]) -> str:
    """`a, b and c`; of many the first few, and how many more."""
    every = list(parts)
    shown, left = every[:MOST_LISTED], len(every) - MOST_LISTED
    if left > 0:
        return f"{', '.join(shown)} and {left} more"
    return " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))
