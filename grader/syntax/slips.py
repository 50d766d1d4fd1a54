"""Answers that miss the form by a little: what stands in the text instead of a gradient.

The text is only read, never run.
"""

import ast
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from grader.syntax.targets import reads, within


@dataclass(frozen=True)
class Slip:
    how: str  # "key", "assigned" or "grad"
    value: str  # the forward value that is named instead of its gradient
    line: int
    reads: frozenset[str] = field(default=frozenset(), compare=False)  # what is assigned to it


def slips(tree: ast.Module, values: Collection[str], missing: Collection[str]) -> Iterator[Slip]:
    """Each once, in the order of the text. `missing`: the values whose gradients are; a .grad is
    a slip also where the gradient is there."""
    seen: set[tuple[str, str]] = set()
    for node in within(tree.body, scopes=True):
        if not isinstance(node, ast.Return | ast.Assign | ast.Attribute):
            continue
        for how, name, line in _named(node):
            slip = name in missing or (how == "grad" and name in values)
            if slip and (how, name) not in seen:
                seen.add((how, name))
                read = reads(node) if isinstance(node, ast.Assign) else frozenset[str]()
                yield Slip(how, name, line, read)


def _named(node: ast.Return | ast.Assign | ast.Attribute) -> Iterator[tuple[str, str, int]]:
    match node:
        case ast.Return(value=ast.Dict(keys=keys)):
            for key in keys:
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    yield "key", key.value, key.lineno
        case ast.Return(value=ast.Call(func=ast.Name(id="dict"), args=[], keywords=keywords)):
            for keyword in keywords:
                if keyword.arg is not None:
                    yield "key", keyword.arg, keyword.lineno
        case ast.Assign(targets=[ast.Name(id=name)]):
            yield "assigned", name, node.lineno
        case ast.Attribute(value=ast.Name(id=name), attr="grad", ctx=ast.Load()):
            yield "grad", name, node.lineno
