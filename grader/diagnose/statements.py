"""What the learner wrote for a gradient: its statements, and the terms that they add up."""

import ast
from collections.abc import Iterator, Sequence

from grader.syntax.methods import methods, statements_in
from grader.syntax.submission import Submission
from grader.syntax.targets import written_by

Written = ast.Assign | ast.AugAssign | ast.AnnAssign


def statements_of(submission: Submission, key: str) -> tuple[Written, ...]:
    """The statements that write `key` ("dx"), in order."""
    written = submission.gradients.get(key)
    nodes = {} if written is None else {write.node: None for write in written.writes}
    return tuple(node for node in nodes if isinstance(node, Written))


def names_in(statements: Sequence[Written]) -> set[str]:
    """The names that stand in them."""
    nodes = (node for statement in statements for node in ast.walk(statement))
    return {node.id for node in nodes if isinstance(node, ast.Name)}


def statements_in_method(submission: Submission, at: str) -> tuple[Written, ...]:
    """The statements that write a target in a method ("Linear.backward:self.dbias"), in order.

    Of what is returned, those that write the name that is; an expression is its own statement.
    """
    name, _, target = at.partition(":")
    function = dict(methods(submission.tree)).get(name)
    statements = [] if function is None else list(statements_in(function))
    if target == "return":
        returned = [node.value for node in statements if isinstance(node, ast.Return)]
        value = returned[-1] if returned else None
        if value is not None and not isinstance(value, ast.Name):
            kept = ast.Assign([ast.Name(target, ast.Store())], value)
            return (ast.copy_location(kept, value),)
        target = "" if value is None else value.id
    return tuple(
        node
        for node in statements
        if isinstance(node, Written)
        and any(str(write.target) == target for write in written_by([node]))
    )


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
