"""One proposed change of a worked answer, before it is known whether it is a mistake."""

import ast
from collections.abc import Iterable
from dataclasses import dataclass

from .syntax import Edit, Statement, WorkedAnswer, names_in


@dataclass(frozen=True)
class Change:
    operator: str  # "flip-sign"; "rewrite: commute" where it must be none
    gradient: str  # what the changed statement writes; "" where only running it tells
    line: int  # of the statement that is changed
    edits: tuple[Edit, ...]
    mistakes: frozenset[str]  # the ids that name it rightly; empty where no known one does

    @property
    def rewrite(self) -> bool:
        return self.operator.startswith("rewrite: ")


@dataclass(frozen=True)
class Place:
    """A statement to be changed, and the answer it stands in."""

    answer: WorkedAnswer
    statement: Statement

    @property
    def value(self) -> ast.expr | None:
        """The right-hand side; None for a call that writes in place."""
        node = self.statement.node
        return node.value if isinstance(node, ast.Assign | ast.AugAssign) else None

    @property
    def read_twice(self) -> bool:
        """Whether one chunk reads the value twice, as y = x + x**3 does: a term for each use."""
        name, consumers = self.statement.gradient, self.answer.exercise.forward_pass.consumers
        trees = (ast.parse(chunk.expression) for chunk in consumers.get(name, ()))
        return any(list(names_in(tree)).count(name) > 1 for tree in trees)

    def change(self, operator: str, edits: Edit | Iterable[Edit], *mistakes: str) -> Change:
        edits = (edits,) if isinstance(edits, Edit) else tuple(edits)
        statement = self.statement
        line = statement.node.lineno
        return Change(operator, statement.gradient, line, edits, frozenset(mistakes))

    def swap(self, operator: str, node: ast.expr, text: str, *mistakes: str) -> Change:
        """Put `text` in the place of one expression."""
        return self.change(operator, self.answer.replace(node, text), *mistakes)

    def remove(self, operator: str, *mistakes: str) -> Change:
        """Take the whole statement out; inside a loop something has to stay."""
        text = "pass" if self.statement.nested else ""
        return self.change(operator, self.answer.replace(self.statement.node, text), *mistakes)
