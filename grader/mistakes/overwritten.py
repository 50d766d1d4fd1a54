"""A second contribution overwrote the first.

**What it is.** `dx = ...` a second time replaces what the first line put there; the second
use of a value has to be added: `dx = dx + ...`.

**Why it matters.** Only the last use counts then. micrograd's first version had this bug:
`a + a` got the gradient 1.

**Example.** For `y = x.exp() + x.sin()`: `dx = x.exp() * dy`, then `dx = x.cos() * dy`.

**How to see it.** Two plain assignments to one gradient: the first has no effect.
"""

import ast

from grader.mistakes import contribution_missing
from grader.mistakes.case import Case, Evidence


def find(case: Case) -> Evidence | None:
    plain = [
        statement
        for statement in case.statements
        if isinstance(statement, ast.Assign)
        and isinstance(statement.targets[0], ast.Name)
        and not (isinstance(statement.value, ast.Constant) and statement.value.value is None)
    ]
    reads_itself = len(plain) > 1 and any(
        isinstance(node, ast.Name) and node.id == f"d{case.name}"
        for node in ast.walk(plain[-1].value)
    )
    if len(plain) < 2 or reads_itself or contribution_missing.find(case) is None:
        return None
    return {"value": case.name, "lines": [statement.lineno for statement in plain]}


def message(value: str, lines: list[int]) -> str:
    return f"Line {lines[-1]} overwrites what line {lines[-2]} gave d{value}; uses add up."
