"""A notebook or script in the lecture's style as a submission: what `backward` would have been.

Nothing of it is run as a notebook. The statements that make an exercise's gradients (slice.py) are
put into a function (slice_text.py); where it defines `backward` itself, or the classes that an
exercise asks for, those and what they need are a file. Each line of either knows its cell.
"""

import ast
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from grader.syntax.cells import Cell
from grader.syntax.gradients import ENTRY, Gradients
from grader.syntax.lecture import EXERCISES, exercises_of
from grader.syntax.reading_notes import Reading
from grader.syntax.saved_output import printed_by_cmp
from grader.syntax.slice import Slice, Slicer
from grader.syntax.slice_text import Line, as_file, as_function
from grader.syntax.submission import (
    Note,
    Submission,
    Unreadable,
    cells_of,
    check,
    read_text,
)
from grader.syntax.units import USES_AUTOGRAD, Unit, gradient_of, units_of

NAMED = re.compile(r"(?:%%grade\s+|\bgrader\.check\(\s*[\"'])(\w+)")


@dataclass(frozen=True)
class Wanted:
    """What an exercise asks for and gives, in the learner's names."""

    exercise: str
    gradients: tuple[str, ...]  # "dprobs"
    given: frozenset[str]  # forward values and sizes
    sizes: frozenset[str] = frozenset()  # of these, what a function of another name has too
    # The function or the classes in which all is written, where a file defines them.
    definitions: frozenset[str] = frozenset((ENTRY,))
    tensors: bool = True  # whether the values are tensors, and not plain numbers

    @property
    def in_methods(self) -> bool:
        return ENTRY not in self.definitions


@dataclass(frozen=True)
class Notebook:
    path: Path
    cells: tuple[Cell, ...]
    # By gradient, the name that the notebook has for it: "dhprebn": "my_dhprebn".
    names: Mapping[str, str] = field(default_factory=dict)
    # The cell under %%grade: the gradients that it writes are graded, and no others.
    alone: Cell | None = None

    @cached_property
    def units(self) -> tuple[Unit, ...]:
        return tuple(units_of(self.cells, frozenset(self.names.values()) | self._lectures))

    @property
    def _lectures(self) -> frozenset[str]:
        """Names that look like gradients: a loop that makes several is one over steps."""
        return frozenset(("dlogits", "dh", "dW2", "dhpreact", "dhprebn", "dembcat", "dW1", "dC"))

    @cached_property
    def named(self) -> tuple[str, ...]:
        """What its own grading lines call an exercise, each once."""
        found = (name for cell in self.cells for name in NAMED.findall(cell.source))
        return tuple(dict.fromkeys(found))

    @property
    def readable(self) -> bool:
        return all(cell.problem is None for cell in self.cells)

    @cached_property
    def _exercise_of(self) -> dict[Unit, int]:
        keys = {name: key for key, name in self.names.items()}
        return dict(zip(self.units, exercises_of(self.cells, self.units, keys), strict=True))

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
        if self.alone is not None:
            return self._of_cell(self.alone)
        if wanted.exercise not in EXERCISES:
            return frozenset(self.units)
        number = EXERCISES.index(wanted.exercise) + 1
        return frozenset(unit for unit, of in self._exercise_of.items() if of == number)

    def _of_cell(self, cell: Cell) -> frozenset[Unit]:
        """Its statements, and those of other cells that begin what it only adds to."""
        own = frozenset(unit for unit in self.units if unit.cell is cell)
        begun = frozenset().union(*(unit.bound for unit in own))
        added_to = frozenset().union(*(unit.written for unit in own)) - begun
        return own | {unit for unit in self.units if unit.written & added_to}

    def defines(self, wanted: Wanted) -> bool:
        """Whether what the exercise asks for is written in definitions of its own."""
        if not self.definitions.keys() & wanted.definitions:
            return False
        asked = set(wanted.gradients)
        return wanted.in_methods or bool(asked & self.backward_writes) or not self.holds(wanted)

    @cached_property
    def backward_writes(self) -> frozenset[str]:
        """The gradients that its own `backward` writes."""
        entry = self.definitions.get(ENTRY)
        return (
            frozenset() if entry is None else frozenset(Gradients(ast.Module([entry], [])).written)
        )

    @cached_property
    def definitions(self) -> dict[str, ast.stmt]:
        """By name its functions and classes, the last of each."""
        return {unit.defined: unit.node for unit in self.units if unit.defined}

    @cached_property
    def written(self) -> frozenset[str]:
        return frozenset().union(*(unit.written for unit in self.units))

    def submission(self, wanted: Wanted) -> Submission:
        """To be graded as the file with this `backward` would be."""
        if wanted.in_methods or self.defines(wanted):
            return self._of_definitions(wanted)
        own = self._own(wanted)
        called = self._called(wanted)
        asked = [called.get(key, key) for key in wanted.gradients]
        reading = Reading(self.cells, wanted.gradients, called, own)
        if self.alone is not None:
            asked = [name for name in asked if any(name in unit.written for unit in own)]
        if not any(unit.written & set(asked) for unit in own):
            notes = (*reading.cells_left_out(), *reading.renamed(frozenset()))
            return Submission(self.path, "", f"{self.path}: {self._nothing(wanted)}", notes)
        own = _but_for_todo(own, asked)
        taken_over = frozenset(unit for unit in own if _own_grad(unit, asked))
        given = wanted.given - set(asked)
        found = Slicer(self.units, own - taken_over, asked, given).slice()
        known = {*asked, *given, *found.written}

        def instead(peek: ast.Attribute) -> str | None:
            name = gradient_of(peek)
            if name == "dloss" and name not in found.written:
                return "1.0"
            name = called.get(name, name)
            return name if name in known else None

        stood_in = sorted(
            _peeked_only(wanted, found, taken_over, called)
            | self._nowhere_written(wanted, found, called)
        )
        lines = as_function(found, given, stood_in, called, instead)
        notes = tuple(reading.of_slice(found, taken_over, frozenset(stood_in), instead))
        made = self._submission(lines, notes, frozenset(map("d{}".format, stood_in)))
        return replace(made, printed=printed_by_cmp(self.units, own))

    @staticmethod
    def _nowhere_written(wanted: Wanted, found: Slice, called: Collection[str]) -> set[str]:
        """Values whose gradients are read, and not written in any cell that may be taken: what
        reads them is judged alone."""
        missing = found.reads & {*wanted.gradients} - found.written - {*called} - {*found.refused}
        return {key[1:] for key in missing if wanted.tensors and key[1:] in wanted.given}

    def _of_definitions(self, wanted: Wanted) -> Submission:
        names = wanted.definitions & self.definitions.keys()
        reading = Reading(self.cells, (), {}, frozenset())
        if not names:
            problem = f"{self.path}: {self._nothing(wanted)}"
            return Submission(self.path, "", problem, tuple(reading.cells_left_out()))
        found = Slicer(self.units, frozenset(), (), wanted.sizes).defining(names)
        return self._submission(as_file(found), tuple(reading.of_definitions(found)))

    def _submission(
        self, lines: Iterable[Line], notes: tuple[Note, ...], stood_in: frozenset[str] = frozenset()
    ) -> Submission:
        lines = list(lines)
        source = "".join(f"{text}\n" for text, _ in lines)
        try:
            check(self.path, source)
        except Unreadable as error:
            return Submission(self.path, "", str(error), notes)
        places = tuple(place for _, place in lines)
        return Submission(self.path, source, None, notes, places, stood_in)

    def _nothing(self, wanted: Wanted) -> str:
        if wanted.in_methods:
            names = ", ".join(f"`{name}`" for name in sorted(wanted.definitions))
            return f"it defines nothing that {wanted.exercise} asks for ({names})."
        one = wanted.gradients[0]
        return (
            f"no statement writes a gradient of {wanted.exercise} "
            f"({one}{', ...' if len(wanted.gradients) > 1 else ''}), and there is no function "
            f"`{ENTRY}`. If it has another name: --gradient {one}=NAME"
        )


def read_notebook(path: Path, names: Mapping[str, str] | None = None) -> Notebook | Submission:
    """A .ipynb or a script; a Submission with its problem where it cannot be read.

    Raises UsageProblem where there is no such file.
    """
    try:
        return Notebook(path, cells_of(path, read_text(path)), names or {})
    except Unreadable as error:
        return Submission(path, "", problem=str(error))


def _own_grad(unit: Unit, asked: Collection[str]) -> bool:
    """`dlogits = logits.grad`, or something made of it, or of torch.autograd: nothing of it is the
    learner's."""
    made = unit.bound & set(asked)
    return any(gradient_of(peek) in made for peek in unit.peeks) or (
        bool(made) and unit.outside == USES_AUTOGRAD
    )


def _peeked_only(
    wanted: Wanted, found: Slice, taken_over: Collection[Unit], called: Collection[str]
) -> set[str]:
    """Values whose gradients are only read as PyTorch's: no statement begins one."""
    begun = frozenset().union(*(unit.bound for unit in found.units))
    peeked = [peek for unit in (*found.units, *taken_over) for peek in unit.peeks]
    read = {gradient_of(peek) for peek in peeked}.union(*(unit.bound for unit in taken_over))
    return {key[1:] for key in read & {*wanted.gradients} - begun - set(called)}


def _but_for_todo(own: Collection[Unit], asked: Collection[str]) -> frozenset[Unit]:
    """Without `dlogits = None  # TODO`, where another statement writes that."""
    written = {unit: unit.written for unit in own if not _not_yet(unit, asked)}
    elsewhere = frozenset().union(*written.values())
    return frozenset(u for u in own if u in written or not u.written <= elsewhere)


def _not_yet(unit: Unit, asked: Collection[str]) -> bool:
    """`dlogits = None  # TODO`"""
    value = unit.node.value if isinstance(unit.node, ast.Assign) else unit
    nothing = isinstance(value, ast.Constant) and value.value in (None, ...)
    return nothing and unit.written <= set(asked)
