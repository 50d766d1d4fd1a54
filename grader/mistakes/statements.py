"""What the learner wrote for a gradient: its statements, and the terms that they add up."""

import ast
from collections.abc import Iterator, Sequence

Written = ast.Assign | ast.AugAssign | ast.AnnAssign


def statements_of(source: str, key: str) -> tuple[Written, ...]:
    """The statements that write `key` ("dx"), in order."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, Written):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = {
                part.id
                for target in targets
                for part in ast.walk(target)
                if isinstance(part, ast.Name)
            }
            if key in names:
                found.append(node)
    return tuple(sorted(found, key=lambda node: node.lineno))


def names_in(statements: Sequence[Written]) -> set[str]:
    """The names that stand in them."""
    nodes = (node for statement in statements for node in ast.walk(statement))
    return {node.id for node in nodes if isinstance(node, ast.Name)}


def terms_of(statements: Sequence[Written]) -> list[ast.expr]:
    """What they add up, over all statements; nothing for what only makes room."""
    return [
        term
        for statement in statements
        if not isinstance(statement, ast.AugAssign) or isinstance(statement.op, ast.Add | ast.Sub)
        for term in _terms(statement.value)
    ]


def _terms(value: ast.expr | None) -> Iterator[ast.expr]:
    match value:
        case None | ast.Constant(value=None):
            return
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub(), right=right):
            yield from _terms(left)
            yield from _terms(right)
        case ast.Call(func=ast.Attribute(attr="zeros_like" | "zeros")):
            return
        case _:
            yield value


def repeated(terms: Sequence[ast.expr]) -> bool:
    """Whether one of them stands there twice, word for word."""
    texts = [ast.dump(term) for term in terms]
    return len(set(texts)) < len(texts)
