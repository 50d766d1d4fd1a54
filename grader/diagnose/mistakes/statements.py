"""What the learner wrote for a gradient: its statements, and the terms that they add up."""

import ast
from collections.abc import Iterator, Sequence

from grader.syntax.places import methods, statements_in, targets_of, text_of

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


def statements_at(source: str, place: str) -> tuple[Written, ...]:
    """The statements that write at a place in a method ("Linear.backward:self.dbias"), in order.

    Of what is returned, those that write the name that is; an expression is its own statement.
    """
    name, _, target = place.partition(":")
    function = dict(methods(ast.parse(source))).get(name)
    statements = [] if function is None else list(statements_in(function))
    if target == "return":
        returned = [node.value for node in statements if isinstance(node, ast.Return)]
        value = returned[-1] if returned else None
        if value is not None and not isinstance(value, ast.Name):
            kept = ast.Assign([ast.Name(target, ast.Store())], value)
            return (ast.copy_location(kept, value),)
        target = "" if value is None else value.id
    found = [node for node in statements if target in map(text_of, targets_of(node))]
    return tuple(node for node in found if isinstance(node, Written))


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
