"""A notebook, or a script, as cells of plain Python: magics out, outputs apart, nothing run.

Reading a notebook takes json and no more. What a line of a cell is called, in every report, is
said here: `[17] line 4` where the cell was run as number 17.
"""

import ast
import json
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from grader.errors import printable
from grader.syntax.bounds import MAX_BYTES, MAX_CELLS, MAX_PARTS

GRADE = "%%grade"  # this kit's own, over the lines to be graded
PYTHON_CELLS = ("%%time", "%%timeit", "%%capture", "%%prun", GRADE)  # over Python code
# `%time dx = ...` runs what follows, and keeps the name; `%timeit` does not.
TIMED = re.compile(r"(\s*)%time\s+(?!-)(.*\S.*)$")
ONLY_IPYTHONS = re.compile(r"\s*([%!?]|[\w.]+\?\??\s*$|[\w.]+(\s*,\s*\w+)*\s*=\s*[!%])")
# What only sets Jupyter up.
SETS_UP = ("%matplotlib", "%config", "%load_ext", "%reload_ext", "%autoreload", "%precision",
           "%pylab", "%time", "%timeit", "%%time", "%%timeit", "%%capture", "%%prun")  # fmt: skip
SCRIPT_CELL = re.compile(r"^# ?(%%|In ?\[)", re.MULTILINE)


class TooMuchCode(Exception):
    """More than will be looked into."""


class NotANotebook(ValueError):
    """Not JSON of a notebook of version 4."""


@dataclass(frozen=True)
class Place:
    """A line of a cell, or of a script."""

    line: int  # in the cell, from 1
    source: str  # its text
    cell: int | None = None  # the code cell, from 1; None: a line of a script
    count: int | None = None  # the number it was last run as, where that was saved

    def __str__(self) -> str:
        """`[17] line 4`, `cell 5 line 4`, `line 4`."""
        return f"{cell_name(self.cell, self.count)} line {self.line}".lstrip()


def cell_name(cell: int | None, count: int | None) -> str:
    """`[17]`, or `cell 5` where no number was saved; of a script it is ""."""
    if count is not None:
        return f"[{count}]"
    return "" if cell is None else f"cell {cell}"


@dataclass(frozen=True)
class Plain:
    """A cell as plain Python, a line for each of its lines."""

    source: str
    left_out: tuple[tuple[int, str], ...] = ()  # line, from 1, and what stood there


@dataclass(frozen=True)
class Cell:
    source: str  # plain Python, a line for each line of the cell
    number: int | None  # from 1, code cells only; None: of a script
    count: int | None = None
    above: str = ""  # the text cells since the code cell before
    printed: str = ""  # saved output, as far as it is text
    first_line: int = 1  # of the script, where it is of one
    left_out: tuple[tuple[int, str], ...] = ()  # line, and what no Python can read there

    @property
    def unread(self) -> tuple[tuple[int, str], ...]:
        """Of what is left out, all that does more than ask, or set Jupyter up."""
        return tuple(
            (line, text)
            for line, text in self.left_out
            if text.split()[0] not in SETS_UP and "?" not in (text[0], text[-1])
        )

    @property
    def name(self) -> str:
        return cell_name(self.number, self.count) or f"the part from line {self.first_line}"

    @cached_property
    def _lines(self) -> list[str]:
        return self.source.split("\n")

    def place(self, line: int) -> Place:
        lines = self._lines
        text = lines[line - 1].strip() if 0 < line <= len(lines) else ""
        return Place(line + self.first_line - 1, text, self.number, self.count)

    @cached_property
    def tree(self) -> ast.Module:
        """Raises what ast.parse does."""
        with warnings.catch_warnings(action="ignore"):
            return ast.parse(self.source)

    @cached_property
    def problem(self) -> str | None:
        """Why Python cannot read it."""
        try:
            self.tree  # noqa: B018
        except SyntaxError as error:
            at = "" if error.lineno is None else f" on line {error.lineno + self.first_line - 1}"
            return f"a syntax error{at} ({printable(error.msg, 200)})"
        except (ValueError, RecursionError, MemoryError) as error:
            return f"Python cannot read it ({type(error).__name__})"
        return None


def notebook_cells(text: str) -> tuple[Cell, ...]:
    """The code cells of a notebook's JSON. Raises NotANotebook, TooMuchCode."""
    if sum(map(text.count, "[{,")) > MAX_PARTS:  # each may take a hundred bytes
        raise TooMuchCode
    try:
        return tuple(_code_cells(json.loads(text)["cells"]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise NotANotebook from None


def _code_cells(cells: list[dict[str, Any]]) -> Iterator[Cell]:
    number, above, size = 0, "", 0
    for cell in cells:
        source = "".join(cell["source"])
        if cell["cell_type"] != "code":
            above += source + "\n" if cell["cell_type"] == "markdown" else ""
            continue
        number += 1
        size += len(source)
        if size > MAX_BYTES or number > MAX_CELLS:  # before Python parses any of it
            raise TooMuchCode
        count = cell.get("execution_count")
        plain = plain_python(source.replace("\r\n", "\n").replace("\r", "\n"))
        yield Cell(
            plain.source,
            number,
            count if type(count) is int else None,
            above,
            "".join(_texts(cell.get("outputs"))),
            left_out=plain.left_out,
        )
        above = ""


def _texts(outputs: Any) -> Iterator[str]:
    for output in outputs if isinstance(outputs, list) else ():
        if isinstance(output, dict) and output.get("output_type") == "stream":
            text = output.get("text", "")
            yield text if isinstance(text, str) else "".join(map(str, text))


def script_cells(text: str) -> tuple[Cell, ...]:
    """The parts of a script, each from a `# %%`; one where it has none."""
    starts = [0, *(match.start() for match in SCRIPT_CELL.finditer(text) if match.start())]
    cells, first_line = [], 1
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        part = text[start:end]
        plain = plain_python(part)
        cells.append(Cell(plain.source, None, first_line=first_line, left_out=plain.left_out))
        first_line += part.count("\n")
    return tuple(cells)


def plain_python(cell: str) -> Plain:
    """A cell with its magics (%time), shell lines (!ls) and questions (dx?) taken out.

    A cell that Python reads as it is stays so: a line of a formula may begin with %. One that is
    indented as a whole is not, as in Jupyter.
    """
    if _parses(cell):
        return Plain(cell)
    first = cell.split(maxsplit=1)[:1]
    lines = cell.split("\n")
    if first and first[0].startswith("%%") and first[0] not in PYTHON_CELLS:
        at = next(at for at, line in enumerate(lines) if line.strip())
        return Plain("\n".join(f"# {line}" for line in lines), ((at + 1, lines[at].strip()),))
    indent = next((_indent(line) for line in lines if line.strip()), "")
    lines = [line.removeprefix(indent) for line in lines]
    left_out = []
    for at, line in enumerate(lines):
        if line.startswith(GRADE):
            lines[at] = f"# {line}"  # a comment that says which exercise it is
        elif timed := TIMED.match(line):
            lines[at] = timed[1] + timed[2]
        elif ONLY_IPYTHONS.match(line):
            lines[at] = f"{_indent(line)}pass  # {line.lstrip()}"
            left_out.append((at + 1, line.strip()))
    return Plain("\n".join(lines), tuple(left_out))


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def _parses(text: str) -> bool:
    try:
        with warnings.catch_warnings(action="ignore"):
            ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
