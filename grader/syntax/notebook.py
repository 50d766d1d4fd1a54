"""A notebook or script in the lecture's style as a submission: what `backward` would have been.

Nothing of it is run as a notebook. The statements that make an exercise's gradients (slice.py) are
put into a function, each line of which knows its cell.
"""

import ast
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from grader.syntax.cells import Cell, Place
from grader.syntax.gradients import ENTRY
from grader.syntax.lecture import EXERCISES, exercises_of
from grader.syntax.slice import Slice, Slicer
from grader.syntax.submission import (
    Note,
    Submission,
    Unreadable,
    cells_of,
    check,
    read_text,
)
from grader.syntax.targets import Function
from grader.syntax.units import Unit, units_of

INDENT = b"    "
USUAL = {"torch": "import torch", "F": "import torch.nn.functional as F"}  # of the lecture
Line = tuple[str, Place | None]


@dataclass(frozen=True)
class Wanted:
    """What an exercise asks for and gives, in the learner's names."""

    exercise: str
    gradients: tuple[str, ...]  # "dprobs"
    given: frozenset[str]  # forward values and sizes


@dataclass(frozen=True)
class Notebook:
    path: Path
    cells: tuple[Cell, ...]
    # By gradient, the name that the notebook has for it: "dhprebn": "my_dhprebn".
    names: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def units(self) -> tuple[Unit, ...]:
        return tuple(units_of(self.cells, frozenset(self.names.values()) | self._lectures))

    @property
    def _lectures(self) -> frozenset[str]:
        """Names that look like gradients: a loop that makes several is one over steps."""
        return frozenset(("dlogits", "dh", "dW2", "dhpreact", "dhprebn", "dembcat", "dW1", "dC"))

    @property
    def defines_backward(self) -> bool:
        return any(isinstance(u.node, Function) and u.node.name == ENTRY for u in self.units)

    @property
    def readable(self) -> bool:
        return all(cell.problem is None for cell in self.cells)

    @cached_property
    def _exercise_of(self) -> dict[Unit, int]:
        return dict(zip(self.units, exercises_of(self.cells, self.units), strict=True))

    def holds(self, wanted: Wanted) -> bool:
        """Whether something is written for this exercise of the lecture."""
        decisive = {"exercise2": {"dlogits"}, "exercise3": {"dhprebn"}}
        keys = decisive.get(wanted.exercise, set(wanted.gradients))
        called = self._called(wanted)
        asked = {called.get(key, key) for key in keys}
        return any(unit.written & asked for unit in self._own(wanted))

    def _called(self, wanted: Wanted) -> dict[str, str]:
        """By gradient, another name that it has in this exercise."""
        own = self._own(wanted)
        return {
            key: name
            for key, name in self.names.items()
            if key in wanted.gradients and any(name in unit.written for unit in own)
        }

    def _own(self, wanted: Wanted) -> frozenset[Unit]:
        """The statements of this exercise; of one that is not the lecture's, all."""
        if wanted.exercise not in EXERCISES:
            return frozenset(self.units)
        number = EXERCISES.index(wanted.exercise) + 1
        return frozenset(unit for unit, of in self._exercise_of.items() if of == number)

    def submission(self, wanted: Wanted) -> Submission:
        """To be graded as the file with this `backward` would be."""
        own = self._own(wanted)
        called = self._called(wanted)
        asked = [called.get(key, key) for key in wanted.gradients]
        if not any(unit.written & set(asked) for unit in own):
            problem = f"{self.path}: {self._nothing(wanted)}"
            notes = (*self._skipped(), *self._renamed(wanted, frozenset()))
            return Submission(self.path, "", problem, notes)
        own = frozenset(unit for unit in own if not _own_grad(unit, asked))
        given = wanted.given - set(asked)
        found = Slicer(self.units, own, asked, given).slice()
        lines = list(_lines(found, given, _returned(called)))
        source = "".join(f"{text}\n" for text, _ in lines)
        try:
            check(self.path, source)
        except Unreadable as error:
            return Submission(self.path, "", str(error), tuple(self._skipped()))
        return Submission(
            self.path,
            source,
            notes=tuple(self._notes(wanted, found)),
            places=tuple(place for _, place in lines),
        )

    def _nothing(self, wanted: Wanted) -> str:
        one = wanted.gradients[0]
        return (
            f"no statement writes a gradient of {wanted.exercise} "
            f"({one}{', ...' if len(wanted.gradients) > 1 else ''}), and there is no function "
            f"`{ENTRY}`. If it has another name: --gradient {one}=NAME"
        )

    def _notes(self, wanted: Wanted, found: Slice) -> Iterator[Note]:
        yield from self._skipped()
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
        for name, unit in found.refused.items():
            said = f"`{name}` of {unit.place} is not taken: that line {unit.outside}."
            yield Note("not-taken", said)
        yield from self._peeks(wanted, found)
        written = frozenset().union(*(unit.written for unit in found.units))
        yield from self._renamed(wanted, written)

    def _skipped(self) -> Iterator[Note]:
        for cell in self.cells:
            if cell.problem is not None:
                yield Note("cell-skipped", f"{cell.name} is skipped: {cell.problem}.")

    def _peeks(self, wanted: Wanted, found: Slice) -> Iterator[Note]:
        called = self._called(wanted)
        asked = [called.get(key, key) for key in wanted.gradients]
        given_away = (unit for unit in self._own(wanted) if _own_grad(unit, asked))
        for unit in sorted(given_away, key=lambda unit: (unit.at, unit.line)):
            said = f"{unit.place} is not graded: `{ast.unparse(unit.node)}` is PyTorch's gradient"
            yield Note("reads-grad", f"{said}, not one derived by hand.")
        for unit in found.units:
            for peek in unit.peeks:
                value = ast.unparse(peek.value)
                yield Note(
                    "reads-grad",
                    f"{unit.cell.place(peek.lineno)} reads `{value}.grad`, PyTorch's answer. It is "
                    f"graded with your `d{value}` in its place; write `d{value}`.",
                )

    def _renamed(self, wanted: Wanted, written: Collection[str]) -> Iterator[Note]:
        """Names that hold a gradient's where the gradient itself is not written."""
        own = sorted(self._own(wanted), key=lambda unit: (unit.at, unit.line))
        called = self._called(wanted)
        for key in wanted.gradients:
            if called.get(key, key) in written:
                continue
            for unit in own:
                for name in sorted(unit.bound):
                    if name != key and key in name and name not in wanted.gradients:
                        yield Note(
                            "renamed",
                            f"{unit.place_of(name)} writes `{name}`, and nothing writes `{key}`; "
                            f"to grade it as that: --gradient {key}={name}",
                        )


def _returned(called: Mapping[str, str]) -> str:
    pairs = "".join(f", {key!r}: {name}" for key, name in called.items())
    return f"{{**locals(){pairs}}}" if pairs else "locals()"


def read_notebook(path: Path, names: Mapping[str, str] | None = None) -> Notebook | Submission:
    """A .ipynb or a script; a Submission with its problem where it cannot be read.

    Raises UsageProblem where there is no such file.
    """
    try:
        return Notebook(path, cells_of(path, read_text(path)), names or {})
    except Unreadable as error:
        return Submission(path, "", problem=str(error))


def _own_grad(unit: Unit, asked: Collection[str]) -> bool:
    """`dlogits = logits.grad`, or something made of it: nothing of it is the learner's."""
    return any(f"d{ast.unparse(peek.value)}" in unit.bound & set(asked) for peek in unit.peeks)


def _lines(found: Slice, given: Collection[str], returned: str) -> Iterator[Line]:
    read = frozenset().union(*(_read_by(unit) for unit in found.units))
    written = frozenset().union(*(unit.written for unit in found.units))
    yield f"def {ENTRY}({', '.join(sorted(read & set(given)))}):", None
    for name, text in USUAL.items():
        if name in read and name not in written:
            yield f"    {text}", None
    for unit in found.units:
        if unit in found.imports:
            yield f"    {_import(unit.node, found.imports[unit])}", unit.place
        else:
            yield from _lines_of(unit)
    yield f"    return {returned}", None


def _read_by(unit: Unit) -> frozenset[str]:
    instead = {f"d{ast.unparse(peek.value)}" for peek in unit.peeks}
    return unit.reads | instead


def _import(node: ast.stmt, names: Collection[str]) -> str:
    """The import of these names alone."""
    assert isinstance(node, ast.Import | ast.ImportFrom)
    kept = [a for a in node.names if (a.asname or a.name.partition(".")[0]) in names]
    if isinstance(node, ast.Import):
        return ast.unparse(ast.Import(kept))
    return ast.unparse(ast.ImportFrom(node.module, kept, node.level))


def _lines_of(unit: Unit) -> Iterator[Line]:
    """The statement's own text, indented once, with every `probs.grad` as `dprobs`."""
    node, cell = unit.node, unit.cell
    texts = [line.encode() for line in cell.source.split("\n")]
    first, last, start = unit.line, node.end_lineno or node.lineno, node.col_offset
    peeks: dict[int, list[ast.Attribute]] = {}
    for peek in unit.peeks:
        peeks.setdefault(peek.lineno, []).append(peek)
    in_a_string = _lines_in_strings(node)
    for line in range(first, last + 1):
        text = texts[line - 1]
        if line == last:
            text = text[: node.end_col_offset]
        for peek in sorted(peeks.get(line, ()), key=lambda peek: -peek.col_offset):
            name = f"d{ast.unparse(peek.value)}".encode()
            text = text[: peek.col_offset] + name + text[peek.end_col_offset :]
        if line == first:
            text = INDENT + text[start:]
        elif line not in in_a_string:
            text = INDENT + _without_indent(text, start)
        yield text.decode(), cell.place(line)


def _without_indent(text: bytes, columns: int) -> bytes:
    spaces = len(text) - len(text.lstrip(b" \t"))
    return text[min(columns, spaces) :]


def _lines_in_strings(node: ast.AST) -> frozenset[int]:
    """The lines that begin inside a string, which are left as they are."""
    return frozenset(
        line
        for part in ast.walk(node)
        if isinstance(part, ast.JoinedStr) or (isinstance(part, ast.Constant) and part.value)
        if isinstance(part, ast.JoinedStr) or isinstance(part.value, str | bytes)
        for line in range(part.lineno + 1, (part.end_lineno or part.lineno) + 1)
    )
