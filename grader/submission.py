"""A submission as text: read, parsed, never run here.

The grader's own process only looks at the syntax tree; what the code does is found out in
a child (see child.py).
"""

import ast
import json
import warnings
from dataclasses import dataclass
from pathlib import Path

from grader.errors import UsageProblem, printable

ENTRY = "backward"
MAX_BYTES = 1_000_000


class Unreadable(Exception):
    """There is a file, and its content is nothing that can be graded."""


@dataclass(frozen=True)
class Submission:
    path: Path
    source: str
    lines: dict[str, int]  # gradient key ("dcounts") -> the line that last assigns it
    attempted: frozenset[str]  # gradient keys given anything but None
    problem: str | None = None  # why it cannot be graded at all; then there is no source


def read_submission(path: Path) -> Submission:
    """Read and parse a .py file or a notebook.

    Raises UsageProblem where there is no such file. Content that cannot be graded (not
    UTF-8, too large, a syntax error) is a submission all the same, with its `problem`.
    """
    if path.is_dir():
        raise UsageProblem(f"{path}: a directory; --submission takes one file.")
    try:
        source = _source_of(path)
        lines, attempted = _assignments(_parse(path, source))
    except Unreadable as error:
        return Submission(path, "", {}, frozenset(), problem=str(error))
    return Submission(path, source, lines, frozenset(attempted))


def _parse(path: Path, source: str) -> ast.Module:
    try:
        with warnings.catch_warnings(action="ignore"):  # a SyntaxWarning is the learner's own
            return ast.parse(source)
    except SyntaxError as error:
        where = f"{path}, line {error.lineno}" if error.lineno else str(path)
        shown = printable((error.text or "").strip(), 100)
        raise Unreadable(
            f"{where}: syntax error, {error.msg}" + (f": {shown}" if shown else "")
        ) from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise Unreadable(f"{path}: Python cannot read this file ({error}).") from None


def _source_of(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise UsageProblem(f"{path}: no such file.") from None
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
    return _code_of_notebook(path, text) if path.suffix == ".ipynb" else text


def _code_of_notebook(path: Path, text: str) -> str:
    """The code cells one after the other; lines for IPython (% and !) become comments."""
    try:
        cells = json.loads(text)["cells"]
        sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Unreadable(f"{path}: not a Jupyter notebook (version 4).") from None
    lines = "\n\n".join(sources).split("\n")
    return "\n".join("# " + line if line.lstrip()[:1] in ("%", "!") else line for line in lines)


def _assignments(tree: ast.Module) -> tuple[dict[str, int], set[str]]:
    """Where `backward` last assigns each name, and which names get more than None."""
    definitions = [
        node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == ENTRY
    ]
    lines: dict[str, int] = {}
    attempted: set[str] = set()
    for node in ast.walk(definitions[-1]) if definitions else ():
        for target, value in _targets(node):
            lines[target] = max(lines.get(target, 0), getattr(node, "lineno", 0))
            if not (isinstance(value, ast.Constant) and value.value is None):
                attempted.add(target)
    return lines, attempted


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
