"""A slice of a notebook as the text of a file with a `backward`: each line knows its cell.

The statements stand there as they are written, but for what a notebook has and a function has not:
`probs.grad` becomes `dprobs`, `global` becomes `nonlocal`, and calls in a loop that only check or
print something are left out.
"""

import ast
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from grader.syntax.cells import Place
from grader.syntax.gradients import ENTRY
from grader.syntax.slice import ALL_NAMES, Slice
from grader.syntax.targets import Function, within, writes
from grader.syntax.units import Compound, Unit

INDENT = b"    "
USUAL = {"torch": "import torch", "F": "import torch.nn.functional as F"}  # of the lecture
Line = tuple[str, Place | None]
# What stands in the place of a `probs.grad`; None: it stays.
Instead = Callable[[ast.Attribute], str | None]


@dataclass(frozen=True)
class Edit:
    """A part of a cell, and what takes its place. Lines from 1, columns in bytes."""

    node: ast.expr | ast.stmt
    text: str


def as_file(found: Slice) -> Iterator[Line]:
    """What a slice of definitions comes to, unchanged."""
    for unit in found.units:
        yield from _lines_of(unit, found, b"", ())


def as_function(
    found: Slice,
    given: Collection[str],
    stood_in: Collection[str],
    called: Mapping[str, str],
    instead: Instead,
) -> Iterator[Line]:
    """`stood_in`: values whose gradients are read and written nowhere; zeros are there for them.
    `called`: by gradient, the variable that holds it, where that has another name."""
    read = {*found.reads, *stood_in}
    stars = [unit for unit in found.units if ALL_NAMES in unit.written]
    for unit in stars:
        yield from _lines_of(unit, found, b"", ())
    yield f"def {ENTRY}({', '.join(sorted(read & set(given)))}):", None
    for name, said in USUAL.items():
        if name in read and name not in found.written:
            yield f"    {said}", None
    if stood_in:
        yield f"    {USUAL['torch']}", None
    for value in stood_in:
        yield f"    d{value} = torch.zeros_like({value})", None
    for name in sorted(_made_global(found)):
        yield f"    {name} = None", None
    checks = {"print"} | {unit.defined for unit in found.units if _checks(unit)}
    for unit in found.units:
        if unit not in stars:
            peeks = ((peek, instead(peek)) for peek in unit.peeks)
            edits = [
                *(Edit(peek, own) for peek, own in peeks if own is not None),
                *_without_global(unit),
                *_without_checks(unit, {"cmp", *checks}),
            ]
            yield from _lines_of(unit, found, INDENT, edits)
    yield f"    return {_returned(stood_in, called)}", None


def _returned(stood_in: Collection[str], called: Mapping[str, str]) -> str:
    pairs = [f"{f'd{value}'!r}: None" for value in stood_in]
    pairs += [f"{key!r}: {name}" for key, name in called.items()]
    return f"{{**locals(), {', '.join(pairs)}}}" if pairs else "locals()"


def _made_global(found: Slice) -> frozenset[str]:
    """What functions write as a global name: then a variable of `backward`'s."""
    made = (write for unit in found.units for write in writes(unit.node) if write.how == "global")
    return frozenset(write.target.variable for write in made)


def _without_global(unit: Unit) -> Iterator[Edit]:
    for node in ast.walk(unit.node):
        if isinstance(node, ast.Global):
            own = frozenset(write.target.variable for write in unit.writes if write.how == "global")
            names = [name for name in node.names if name in own]
            yield Edit(node, f"nonlocal {', '.join(names)}" if names else "pass")


def _checks(unit: Unit) -> bool:
    """Whether it is a function like the lecture's `cmp`, which reads the grad of what it is
    passed."""
    if not isinstance(unit.node, Function):
        return False
    passed = {argument.arg for argument in unit.node.args.args}
    return any(ast.unparse(peek.value) in passed for peek in unit.peeks)


def _without_checks(unit: Unit, checks: Collection[str]) -> Iterator[Edit]:
    """In a loop, a branch or a function: bare calls of these."""
    if not isinstance(unit.node, Compound | Function):
        return
    body = unit.node.body if isinstance(unit.node, Function) else [unit.node]
    for node in within(body):
        match node:
            case ast.Expr(value=ast.Call(func=ast.Name(id=name))) if name in checks:
                yield Edit(node, "pass")


def _lines_of(unit: Unit, found: Slice, indent: bytes, edits: Sequence[Edit]) -> Iterator[Line]:
    if unit in found.imports and ALL_NAMES not in unit.written:
        yield indent.decode() + _import(unit.node, found.imports[unit]), unit.place
        return
    node = unit.node
    texts: list[bytes | None] = [line.encode() for line in unit.cell.source.split("\n")]
    last = node.end_lineno or node.lineno
    texts[last - 1] = (texts[last - 1] or b"")[: node.end_col_offset]
    in_a_string = _lines_in_strings(node)
    for edit in sorted(edits, key=lambda edit: (edit.node.lineno, edit.node.col_offset))[::-1]:
        _apply(edit, texts)
    for line in range(unit.line, last + 1):
        text = texts[line - 1]
        if text is None:
            continue
        if line == unit.line:
            text = indent + text[node.col_offset :]
        elif line not in in_a_string:
            text = indent + _without_indent(text, node.col_offset)
        yield text.decode(), unit.cell.place(line)


def _apply(edit: Edit, texts: list[bytes | None]) -> None:
    node = edit.node
    first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
    before, after = texts[first] or b"", texts[last] or b""
    texts[first] = before[: node.col_offset] + edit.text.encode() + after[node.end_col_offset :]
    texts[first + 1 : last + 1] = [None] * (last - first)


def _import(node: ast.stmt, names: Collection[str]) -> str:
    """The import of these names alone."""
    assert isinstance(node, ast.Import | ast.ImportFrom)
    kept = [a for a in node.names if (a.asname or a.name.partition(".")[0]) in names]
    if isinstance(node, ast.Import):
        return ast.unparse(ast.Import(kept))
    return ast.unparse(ast.ImportFrom(node.module, kept, node.level))


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
