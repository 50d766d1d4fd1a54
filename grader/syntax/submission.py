"""A submission as text: read, parsed, never run here.

The grader's own process only looks at the syntax tree; what the code does is found out in
a child (see child.py).
"""

import ast
import json
import re
import warnings
from dataclasses import dataclass, field
from pathlib import Path

from grader.errors import UsageProblem, printable
from grader.syntax.autodiff import autodiff_in
from grader.syntax.places import lines_written, plainly_written, unwritten

ENTRY = "backward"
MAX_BYTES = 1_000_000
PYTHON_CELLS = ("%%time", "%%timeit", "%%capture", "%%prun")  # cell magics over Python code


class Unreadable(Exception):
    """There is a file, and its content is nothing that can be graded."""


@dataclass(frozen=True)
class Submission:
    path: Path
    source: str
    lines: dict[str, int]  # gradient key ("dcounts") -> the line that last assigns it
    attempted: frozenset[str]  # gradient keys given anything but None
    autodiff: tuple[int, str] | None = None  # line and text of a use of autograd, where found
    problem: str | None = None  # why it cannot be graded at all; then there is no source
    empty: frozenset[str] = frozenset()  # methods with nothing in them yet
    plain: dict[str, frozenset[str]] = field(default_factory=dict)  # see plainly_written
    places: dict[str, int] = field(default_factory=dict)  # in methods -> line: see lines_written

    def written_on(self, place: str) -> int | None:
        """The line of that very place; see line_of."""
        return self.lines.get(place, self.places.get(place))

    def attempts(self, place: str) -> bool:
        return place in self.attempted or place in self.places

    def line_of(self, place: str) -> int | None:
        """Of a gradient's variable, or of a place in a method; else of the method itself, or of
        the one around it: what is inside may have another name."""
        method, _, target = place.partition(":")
        outer = method.rpartition(".")[0]
        alike = (
            line
            for known, line in self.places.items()
            if target and known.startswith(f"{outer}.") and known.endswith(f":{target}")
        )
        inside = next(alike, None) if outer.count(".") else None
        found = (self.written_on(place), self.places.get(method), inside, self.places.get(outer))
        return next((line for line in found if line is not None), None)

    def holds_lines(self, place: str) -> bool:
        """Whether the method of this place is there, with something in it."""
        method, _, _ = place.partition(":")
        return method in self.places and method not in self.empty

    def unwritten(self, place: str) -> bool:
        """Whether the method of this place is there, and plainly nothing written for it."""
        method, _, target = place.partition(":")
        written = self.plain.get(method, {target})
        _, _, attribute = target.rpartition(".")
        # The operands may have other names: then theirs is written, and nobody knows whose it is.
        others = {text.partition(".")[0] for text in written if text.endswith(f".{attribute}")}
        missing = "." in target and target not in written and others <= {"self", "other", "out"}
        return method in self.empty or missing


def read_submission(path: Path) -> Submission:
    """Read and parse a .py file or a notebook.

    Raises UsageProblem where there is no such file. Content that cannot be graded (not
    UTF-8, too large, a syntax error) is a submission all the same, with its `problem`.
    """
    try:
        source = _source_of(path)
        tree = _parse(path, source)
        lines, attempted = _assignments(tree)
    except Unreadable as error:
        return Submission(path, "", {}, frozenset(), problem=str(error))
    autodiff = autodiff_in(tree, ENTRY)
    return Submission(
        path, source, lines, frozenset(attempted), autodiff,
        empty=unwritten(tree), plain=plainly_written(tree), places=lines_written(tree),
    )  # fmt: skip


def _parse(path: Path, source: str) -> ast.Module:
    try:
        with warnings.catch_warnings(action="ignore"):  # a SyntaxWarning is the learner's own
            tree = ast.parse(source)
            compile(source, str(path), "exec", dont_inherit=True)  # finds a return outside, say
    except SyntaxError as error:
        raise Unreadable(_syntax_error(path, source, error)) from None
    except (RecursionError, MemoryError):
        raise Unreadable(f"{path}: nested too deeply for Python to read.") from None
    except ValueError as error:
        raise Unreadable(f"{path}: Python cannot read this file ({error}).") from None
    return tree


def _syntax_error(path: Path, source: str, error: SyntaxError) -> str:
    """'x.py, line 3: syntax error, '(' was never closed: dprobs = (1.0 / probs'"""
    where = f"{path}, line {error.lineno}" if error.lineno else str(path)
    lines = source.split("\n")
    at = (error.lineno or 0) - 1
    text = error.text or (lines[at] if 0 <= at < len(lines) else "")
    shown = printable(" ".join(text.split()), 100)
    said = printable(error.msg, 200)
    return f"{where}: syntax error, {said}" + (f": {shown}" if shown else "")


def _source_of(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise UsageProblem(f"{path}: no such file.") from None
    except IsADirectoryError:
        raise UsageProblem(f"{path}: a directory; --submission takes one file.") from None
    except OSError as error:
        raise UsageProblem(f"{path}: cannot be read ({error.strerror}).") from None
    if len(content) > MAX_BYTES:
        raise Unreadable(f"{path}: larger than {MAX_BYTES:,} bytes; is it the right file?")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(
            f"{path}: not UTF-8 text (byte {error.start}); save the file as UTF-8."
        ) from None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _code_of_notebook(path, text) if path.suffix == ".ipynb" else text


def _code_of_notebook(path: Path, text: str) -> str:
    """The code cells one after the other, without what only IPython understands."""
    try:
        cells = json.loads(text)["cells"]
        sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Unreadable(f"{path}: not a Jupyter notebook (version 4).") from None
    return "\n\n".join(map(_plain_python, sources))


def _plain_python(cell: str) -> str:
    """A cell with its magics (%time), shell lines (!ls) and questions (dx?) taken out.

    A cell that Python reads as it is stays so: a line of a formula may begin with %.
    """
    try:
        with warnings.catch_warnings(action="ignore"):
            ast.parse(cell)
        return cell
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        lines = cell.split("\n")
    if cell.lstrip().startswith("%%") and cell.split()[0] not in PYTHON_CELLS:
        return "\n".join("# " + line for line in lines)
    return "\n".join(
        f"{line[: len(line) - len(line.lstrip())]}pass  # {line.lstrip()}"
        if line.lstrip()[:1] in ("%", "!", "?") or re.fullmatch(r"\s*[\w.]+\?\??\s*", line)
        else line
        for line in lines
    )


def _assignments(tree: ast.Module) -> tuple[dict[str, int], set[str]]:
    """Where each gradient is last assigned, and which get more than None.

    In `backward`; what it does not write itself, in the file's other functions.
    """
    functions = [
        node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    entries = [node for node in tree.body if node in functions and node.name == ENTRY]
    lines: dict[str, int] = {}
    attempted: set[str] = set()
    for function in (*(node for node in functions if node not in entries), *entries[-1:]):
        found, given = _written_in(function)
        lines |= found
        attempted = {name for name in attempted if name not in found} | given
    return lines, attempted


def _written_in(function: ast.AST) -> tuple[dict[str, int], set[str]]:
    lines: dict[str, int] = {}
    entries: dict[str, int] = {}  # of a dict: {"dprobs": ...}; a name's own line is a better one
    attempted: set[str] = set()
    for node in ast.walk(function):
        for target, value in (*_targets(node), *_entries(node)):
            where = entries if isinstance(node, ast.Dict) else lines
            line = getattr(value if isinstance(node, ast.Dict) else node, "lineno", 0)
            where[target] = max(where.get(target, 0), line)
            if not (isinstance(value, ast.Constant) and value.value is None):
                attempted.add(target)
    return entries | lines, attempted


def _entries(node: ast.AST) -> list[tuple[str, ast.expr | None]]:
    """(key, value) for every entry with a key in quotes that this makes or assigns."""
    match node:
        case ast.Dict(keys=keys, values=values):
            pairs = list(zip(keys, values, strict=True))
        case ast.Assign(targets=targets, value=value):
            pairs = [(at.slice, value) for at in targets if isinstance(at, ast.Subscript)]
        case _:
            return []
    return [
        (key.value, value)
        for key, value in pairs
        if isinstance(key, ast.Constant) and isinstance(key.value, str)
    ]


def _targets(node: ast.AST) -> list[tuple[str, ast.expr | None]]:
    """(name, value) for every name that this statement or call writes to."""
    match node:
        case ast.Assign(targets=targets, value=value):
            return [(name, value) for target in targets for name in _names(target)]
        case ast.AugAssign(target=target, value=value) | ast.NamedExpr(target=target, value=value):
            return [(name, value) for name in _names(target)]
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            return [(name, value) for name in _names(target)]
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method)):
            in_place = method.endswith("_") and not method.endswith("__")
            return [(name, None)] if in_place else []
        case _:
            return []


def _names(target: ast.expr) -> list[str]:
    match target:
        case ast.Name(id=name):
            return [name]
        case ast.Subscript(value=value) | ast.Starred(value=value) | ast.Attribute(value=value):
            return _names(value)
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            return [name for part in parts for name in _names(part)]
        case _:
            return []
