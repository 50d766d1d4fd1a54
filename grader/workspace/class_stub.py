"""Stubs of exercises in which the learner completes classes.

The worked answer with nothing in the functions that the course names as places; what stands
around them is given. Imports no torch.
"""

import ast
import textwrap
from collections.abc import Collection, Iterator

from grader.syntax.methods import Function, methods, statements_in
from grader.syntax.targets import written_by


def emptied(solution: str, places: Collection[str]) -> str:
    """The worked answer, its docstring aside, with the named functions to be written.

    Signature and docstring stay: what is asked for stands there, what the answer has to say of
    itself in comments. What the function assigns or returns is set to None; what it adds to is
    named beside a `pass`.
    """
    tree = ast.parse(solution)
    lines = solution.rstrip("\n").split("\n")
    for name, function in reversed(list(methods(tree))):
        asked = {place.partition(":")[2] for place in places if place.partition(":")[0] == name}
        if asked:
            head, *rest = function.body
            given = bool(ast.get_docstring(function))  # then it stays, and is the head
            first = _end(head) if given else _with_comments(head, lines)
            indent = " " * head.col_offset
            written = [indent + line for line in _to_write(function, asked)]
            lines[first : _end(rest[-1] if rest else head)] = written
    start = _end(tree.body[0]) if ast.get_docstring(tree) else 0
    return "\n".join(lines[start:]).lstrip("\n") + "\n"


def _end(statement: ast.stmt) -> int:
    return statement.end_lineno or statement.lineno


def _with_comments(statement: ast.stmt, lines: list[str]) -> int:
    """How many lines stand above a statement and the comments above it."""
    first = statement.lineno - 1
    while lines[first - 1].lstrip().startswith("#"):
        first -= 1
    return first


def _to_write(function: Function, asked: Collection[str]) -> Iterator[str]:
    statements = list(statements_in(function))
    made = list(written_by(statements))
    added = [str(write.target) for write in made if write.how == "augmented"]
    written = dict.fromkeys(str(write.target) for write in made)
    kept = [target for target in written if target in asked and target not in added]
    yield from (f"{target} = None" for target in kept)
    if "return" in asked:
        given = [s.value for s in statements if isinstance(s, ast.Return)][-1]
        if isinstance(given, ast.Name):
            yield f"{given.id} = None"
            yield f"return {given.id}"
        else:
            yield "return None"
    elif not kept:
        named = " and ".join(target for target in written if target in asked)
        yield "pass" + (f"  # {named}" if named else "")


def lines_at(solution: str, place: str) -> str:
    """What a worked answer has at a place, with the comments above: the statements that write
    there; of what a function returns, or does, all of it."""
    lines = solution.split("\n")
    name, _, target = place.partition(":")
    function = dict(methods(ast.parse(solution)))[name]
    statements = [
        node
        for node in statements_in(function)
        if target in [str(write.target) for write in written_by([node])]
    ]
    shown = [] if target in ("", "return") else [f"# in {name}"]
    for statement in [function] if not shown else sorted(statements, key=lambda s: s.lineno):
        first = _with_comments(statement, lines)
        shown += textwrap.dedent("\n".join(lines[first : _end(statement)])).split("\n")
    return "\n".join(shown)
