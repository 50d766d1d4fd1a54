"""A submission as text: read, parsed, never run here.

The grader's own process only looks at the syntax tree; what the code does is found out in
a child (see child.py).
"""

import ast
import warnings
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from grader.errors import UsageProblem, printable
from grader.regular_file import NotRegular, open_regular
from grader.syntax.autodiff import Forbidden, autodiff_in
from grader.syntax.bounds import MAX_BYTES, MAX_NODES, too_much
from grader.syntax.cells import (
    Cell,
    NotANotebook,
    Place,
    TooMuchCode,
    notebook_cells,
    script_cells,
)
from grader.syntax.dialect import Dialect
from grader.syntax.forbidden import first_forbidden
from grader.syntax.gradients import ENTRY, Gradients, Written
from grader.syntax.methods import lines_written, method_around, plainly_written, unwritten
from grader.syntax.names import Names
from grader.syntax.saved_output import Printed

MAX_NOTEBOOK_BYTES = 50_000_000  # with the plots that are saved in it


# How a file begins that was given a name it should not have.
NO_TEXT = {b"%PDF-": "a PDF", b"PK\3\4": "a zip or a Word document"}
TOO_MUCH = f"more than {MAX_NODES:,} names, numbers and operations; is it the right file?"


class Unreadable(Exception):
    """There is a file, and its content is nothing that can be graded."""


@dataclass(frozen=True)
class Note:
    """Something worth knowing of how a notebook was read."""

    note: str  # an id
    message: str


@dataclass(frozen=True)
class Submission:
    path: Path
    source: str
    problem: str | None = None  # why it cannot be graded at all; then there is no source
    notes: tuple[Note, ...] = ()
    # Of a slice of a notebook: where each line of `source` comes from. (): it is the file's text.
    places: tuple[Place | None, ...] = ()
    # Gradients that are read and not the learner's: the source only makes room for a stand-in.
    stood_in: frozenset[str] = frozenset()
    printed: tuple[Printed, ...] = ()  # by the lecture's `cmp`, as a notebook has it saved
    dialect: Dialect | None = None  # what other people's code is held to
    garbled: bool = False  # whether the problem is that the grader failed on it

    def place(self, line: int | None) -> Place | None:
        """Where a line of the source stands in the notebook; None of a plain file's."""
        found = line is not None and 0 < line <= len(self.places)
        return self.places[line - 1] if found and line is not None else None

    @cached_property
    def tree(self) -> ast.Module:
        """Parsed once; not to be changed."""
        return parsed(self.source)

    @cached_property
    def gradients(self) -> dict[str, Written]:
        """By key ("dcounts"), what writes it."""
        return self._gradients.written

    @cached_property
    def lines(self) -> dict[str, int]:
        """By gradient key, the line that last writes it."""
        found = self.gradients.items()
        return {key: written.line for key, written in found if key not in self.stood_in}

    @property
    def attempted(self) -> frozenset[str]:
        """Gradient keys given anything but None."""
        return self._gradients.attempted - self.stood_in

    @cached_property
    def _gradients(self) -> Gradients:
        return Gradients(self.tree)

    @cached_property
    def forbidden(self) -> Forbidden | None:
        """The first thing that is not for a derivation by hand: in what `backward` reaches, or
        where there is a dialect in the whole file."""
        names = Names(self.tree)
        found = [autodiff_in(names, ENTRY)]
        if self.dialect is not None:
            found.append(first_forbidden(names, self.dialect))
        return min(filter(None, found), key=lambda one: one.line, default=None)

    @property
    def refused(self) -> bool:
        """Whether it is outside the dialect that it is held to: then it is not to be run."""
        return self.dialect is not None and self.problem is None and self.forbidden is not None

    @cached_property
    def empty(self) -> frozenset[str]:
        """Methods with nothing in them yet."""
        return unwritten(self.tree)

    @cached_property
    def plain(self) -> dict[str, frozenset[str]]:
        return plainly_written(self.tree)

    @cached_property
    def in_methods(self) -> dict[str, int]:
        """The line of every target in a method: see lines_written."""
        return lines_written(self.tree)

    def method_at(self, line: int) -> str | None:
        return method_around(self.tree, line)

    def written_on(self, place: str) -> int | None:
        """The line of that very place; see line_of."""
        return (self.in_methods if _in_a_method(place) else self.lines).get(place)

    def attempts(self, place: str) -> bool:
        return place in (self.in_methods if _in_a_method(place) else self.attempted)

    def line_of(self, place: str) -> int | None:
        """Of a gradient's variable, or of a place in a method; else of the method itself, or of
        the one around it: what is inside may have another name."""
        if not _in_a_method(place):
            return self.lines.get(place)
        method, _, target = place.partition(":")
        outer = method.rpartition(".")[0]
        alike = (
            line
            for known, line in self.in_methods.items()
            if target and known.startswith(f"{outer}.") and known.endswith(f":{target}")
        )
        inside = next(alike, None) if outer.count(".") else None
        found = (
            self.written_on(place),
            self.in_methods.get(method),
            inside,
            self.in_methods.get(outer),
        )
        return next((line for line in found if line is not None), None)

    def holds_lines(self, place: str) -> bool:
        """Whether the method of this place is there, with something in it."""
        method, _, _ = place.partition(":")
        return method in self.in_methods and method not in self.empty

    def unwritten(self, place: str) -> bool:
        """Whether the method of this place is there, and plainly nothing written for it."""
        if not _in_a_method(place):
            return False
        method, _, target = place.partition(":")
        written = self.plain.get(method, {target})
        _, _, attribute = target.rpartition(".")
        # The operands may have other names: then theirs is written, and nobody knows whose it is.
        others = {text.partition(".")[0] for text in written if text.endswith(f".{attribute}")}
        missing = "." in target and target not in written and others <= {"self", "other", "out"}
        return method in self.empty or missing


def _in_a_method(place: str) -> bool:
    """Whether it is not a gradient's key ("dprobs") but a method or what is written in one."""
    return "." in place or ":" in place


def read_submission(path: Path) -> Submission:
    """Read and parse a .py file.

    Raises UsageProblem where there is no such file. Content that cannot be graded (not
    UTF-8, too large, a syntax error) is a submission all the same, with its `problem`.
    """
    try:
        source = read_text(path)
        check(path, source)
    except Unreadable as error:
        return Submission(path, "", problem=str(error))
    return Submission(path, source)


@lru_cache(maxsize=4)
def parsed(source: str) -> ast.Module:
    """The syntax tree of a source that Python can read; not to be changed."""
    with warnings.catch_warnings(action="ignore"):  # a SyntaxWarning is the learner's own
        return ast.parse(source)


def check(path: Path, source: str) -> None:
    """Raises Unreadable where Python cannot compile it."""
    try:
        tree = parsed(source)
        if too_much([tree], len(source)):
            raise Unreadable(f"{path}: {TOO_MUCH}")
        with warnings.catch_warnings(action="ignore"):
            compile(tree, str(path), "exec", dont_inherit=True)  # finds a return outside, say
    except SyntaxError as error:
        raise Unreadable(_syntax_error(path, source, error)) from None
    except (RecursionError, MemoryError):
        raise Unreadable(f"{path}: nested too deeply for Python to read.") from None
    except ValueError as error:
        raise Unreadable(f"{path}: Python cannot read this file ({error}).") from None


def _syntax_error(path: Path, source: str, error: SyntaxError) -> str:
    """'x.py, line 3: syntax error, '(' was never closed: dprobs = (1.0 / probs'"""
    where = f"{path}, line {error.lineno}" if error.lineno else str(path)
    lines = source.split("\n")
    at = (error.lineno or 0) - 1
    text = error.text or (lines[at] if 0 <= at < len(lines) else "")
    shown = printable(" ".join(text.split()), 100)
    said = printable(error.msg, 200)
    return f"{where}: syntax error, {said}" + (f": {shown}" if shown else "")


def cells_of(path: Path, text: str) -> tuple[Cell, ...]:
    """Of a notebook or a script. Raises Unreadable."""
    try:
        cells = notebook_cells(text) if path.suffix == ".ipynb" else script_cells(text)
    except NotANotebook:
        raise Unreadable(
            f"{path}: not a Jupyter notebook (version 4), or not a whole one."
        ) from None
    except TooMuchCode:
        said = f"{path}: more than {MAX_BYTES:,} bytes of code, or cells beyond number; "
        said += "is it the right file?"
        raise Unreadable(said) from None
    size = sum(len(cell.source) for cell in cells)
    if too_much([cell.tree for cell in cells if cell.problem is None], size):
        raise Unreadable(f"{path}: {TOO_MUCH}")
    return cells


def read_text(path: Path) -> str:
    """Raises UsageProblem where there is no such file, Unreadable where it is no text."""
    most = MAX_NOTEBOOK_BYTES if path.suffix == ".ipynb" else MAX_BYTES
    try:
        with open_regular(path) as file:
            content = file.read(most + 1)
    except FileNotFoundError:
        raise UsageProblem(f"{path}: no such file.") from None
    except IsADirectoryError:
        raise UsageProblem(f"{path}: a directory; --submission takes one file.") from None
    except NotRegular as error:
        raise Unreadable(f"{path}: {error.strerror}; a submission is a file.") from None
    except OSError as error:
        raise UsageProblem(f"{path}: cannot be read ({error.strerror}).") from None
    if len(content) > most:
        raise Unreadable(f"{path}: larger than {most:,} bytes; is it the right file?")
    for start, kind in NO_TEXT.items():
        if content.startswith(start):
            raise Unreadable(f"{path}: {kind}, whatever its name says.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(
            f"{path}: not UTF-8 text (byte {error.start}); save the file as UTF-8."
        ) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")
