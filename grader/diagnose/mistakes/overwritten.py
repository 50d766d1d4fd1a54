"""A second contribution overwrote the first.

**What it is.** A second `dx = ...` replaces what the first line computed; the second use of
a value has to be added: `dx = dx + ...`.

**Why it matters.** Only the last use counts then. micrograd has this bug halfway through
its lecture, where `a + a` gets the gradient 1.

**Example.** For `y = x.exp() + x.sin()`: `dx = x.exp() * dy`, then `dx = x.cos() * dy`.

**How to see it.** Look for two plain assignments to the same gradient: the first has no
effect.
"""

import ast

import torch

from grader.diagnose.case import Case, Evidence
from grader.diagnose.mistakes import contribution_missing
from grader.diagnose.uses import uses_of
from grader.syntax.methods import methods, statements_in
from grader.syntax.targets import written_by
from grader.tensors import close


def find(case: Case) -> Evidence | None:
    return _whole(case) or _entries(case) or _in_a_method(case)


def _entries(case: Case) -> Evidence | None:
    """`dx[rows, index] = 1` for `-= 1`: one number in the place of a difference."""
    result, expected = case.result, case.expected
    if result.shape != expected.shape or result.dim() != 2:
        return None
    items = [s.lineno for s in case.statements if isinstance(s, ast.Assign) and _is_item(s)]
    for index in case.point.values.values():
        if not torch.is_tensor(index) or index.dtype != torch.int64 or index.dim() != 1:
            continue
        if not items or len(index) != len(result) or int(index.max()) >= result.shape[1]:
            continue
        rows = torch.arange(len(index))
        there, mended = result[rows, index], result.clone()
        mended[rows, index] = expected[rows, index]
        same = bool(torch.isfinite(there).all() and (there == there[0]).all())
        expected_else = expected.clone()
        expected_else[rows, index] = 0
        some = bool(expected_else.abs().max() > 0)  # something stood there to be overwritten
        if some and same and close(mended, expected) and not case.matches(expected):
            return {"value": case.name, "lines": [case.statements[0].lineno, items[-1]]}
    return None


def _is_item(statement: ast.Assign) -> bool:
    return isinstance(statement.targets[0], ast.Subscript)


def _whole(case: Case) -> Evidence | None:
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


def _in_a_method(case: Case) -> Evidence | None:
    """`self.grad = ...`, where another use of the Value had put its stand-in (kinds/values)."""
    exercise, before = case.point.exercise, case.point.upstream.get(case.name)
    if not exercise.kind.adds_to_grad or before is None or not case.result.any():
        return None
    if before.shape != case.result.shape:
        return None
    left = Case(case.point, case.name, case.cut, case.result + before, case.submission)
    uses = tuple(uses_of(case).values())
    lost_one = len(uses) > 1 and any(map(case.matches, uses))  # of a + a
    if not lost_one and not any(map(left.matches, (case.expected, *uses))):
        return None
    method, _, target = exercise.place(case.name).partition(":")
    functions = dict(methods(case.submission.tree))
    lines = [
        statement.lineno
        for statement in (statements_in(functions[method]) if method in functions else ())
        if isinstance(statement, ast.Assign)
        and any(write.target.key == target.partition(".")[2] for write in written_by([statement]))
    ]
    if lost_one and not lines:
        return None
    line = case.submission.line_of(exercise.place(case.name))
    return {"value": case.name, "lines": [line] if line in lines or not lines else lines[-1:]}


def message(value: str, lines: list[int]) -> str:
    if len(lines) == 1:
        return (
            f"Line {lines[0]} sets the grad instead of adding to it: the contribution of another "
            f"use of {value} is lost."
        )
    return (
        f"Line {lines[-1]} overwrites the d{value} of line {lines[-2]}; the contributions have to "
        "be added."
    )
