"""A statement as arithmetic: what it would give with one thing changed.

The learner's code is never run here: of its syntax, sums, products, quotients, powers and
comparisons of the numbers at hand are worked out, and nothing else is.
"""

import ast
import copy
import operator
import re
from collections.abc import Callable, Iterator
from typing import Any

import torch

from grader.course.forward import Chunk
from grader.diagnose.case import Case
from grader.tensors import close

FACTORS = ("upstream", "left_out", "base", "terms", "term")  # evidence that names what is read
Numbers = dict[str, torch.Tensor]  # by what they are called: "root"; in a method "self.data"
Number = torch.Tensor | float

OPERATORS: dict[type[ast.operator], Callable[[Number, Number], Number]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
COMPARISONS: dict[type[ast.cmpop], Callable[[torch.Tensor, float], torch.Tensor]] = {
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
}


def in_method_words(case: Case, evidence: dict[str, Any]) -> dict[str, Any]:
    """Factors and upstream gradients as the method names them: `other.data` for `cubed`.

    Chunks stay as they are: the expression that is graded is shown beside them.
    """
    operands, chunk = _operands(case)
    if chunk is None or not case.point.exercise.kind.names_operands:
        return evidence
    called = {name: f"{word}.data" for word, name in reversed(operands.items())}
    called |= {chunk.name: "out.data", f"d{chunk.name}": "out.grad"}

    def said(value: Any) -> Any:
        if isinstance(value, list):
            return [said(one) for one in value]
        if not isinstance(value, str) or "`" in value:
            return value
        return re.sub(r"\b[a-z]\w*\b", lambda name: called.get(name[0], name[0]), value)

    return {key: said(of) if key in FACTORS else of for key, of in evidence.items()}


def swapped_number(case: Case) -> tuple[str, str] | None:
    """(used, meant): the statement is right with one of the numbers at hand for another."""
    if not case.point.exercise.kind.names_operands:
        return None
    return _mended(case, _with_other_number)


def swapped_operator(case: Case) -> tuple[str, str] | None:
    """("*", "/"): the statement is right with one of the two for the other."""
    return _mended(case, _with_other_operator)


def moved_d(case: Case) -> tuple[str, str] | None:
    """(`other.grad * out.data`, `other.data * out.grad`): the statement is right with the latter.

    What the former gives depends on when it is run: on what the other's grad holds by then.
    """
    if not case.point.exercise.kind.names_operands or len(case.statements) != 1:
        return None
    value = case.statements[0].value
    numbers, constants = _numbers(case)
    if value is None or not numbers:
        return None
    for at, node in enumerate(ast.walk(value)):
        match node:
            case ast.BinOp(
                left=ast.Attribute(value=left, attr=one),
                op=ast.Mult(),
                right=ast.Attribute(value=right, attr=other),
            ) if {one, other} == {"data", "grad"} and "out.grad" not in ast.unparse(node):
                meant = f"{ast.unparse(left)}.{other} * {ast.unparse(right)}.{one}"
                changed = _replaced(value, at, ast.parse(meant, mode="eval").body)
                worth = _worth(changed, numbers, constants)
                if worth is not None and _is(worth, case.expected):
                    return ast.unparse(node), meant
    return None


def _mended(
    case: Case, changes: Callable[[ast.expr, Numbers], Iterator[tuple[ast.expr, str, str]]]
) -> tuple[str, str] | None:
    if len(case.statements) != 1:
        return None
    (statement,) = case.statements
    in_method = case.point.exercise.kind.names_operands
    numbers, constants = _numbers(case) if in_method else _by_name(case)
    if statement.value is None or not numbers:
        return None
    given = _worth(statement.value, numbers, constants)
    if given is None or not _is(given, case.result):
        return None  # it is more than arithmetic, or something else changed it
    for changed, used, meant in changes(statement.value, numbers):
        worth = _worth(changed, numbers, constants)
        if worth is not None and _is(worth, case.expected):
            return used, meant
    return None


def _by_name(case: Case) -> tuple[Numbers, dict[str, float]]:
    """What `backward` has at hand: forward values and the gradients above, and plain numbers."""
    values = case.point.values
    numbers = {name: value for name, value in values.items() if torch.is_tensor(value)}
    plain = {name: float(value) for name, value in values.items() if type(value) in (int, float)}
    return numbers | {f"d{name}": value for name, value in case.point.upstream.items()}, plain


def _numbers(case: Case) -> tuple[Numbers, dict[str, float]]:
    """What the operation of this row has at hand, and a plain number by any name: of v**3."""
    operands, chunk = _operands(case)
    if chunk is None:
        return {}, {}
    constants, values = dict[str, float](), case.point.values
    match ast.parse(chunk.expression, mode="eval").body:
        case ast.BinOp(right=ast.Constant(value=int() as value)):
            constants = {"": float(value)}
    numbers = {f"{called}.data": values[name] for called, name in operands.items()}
    arrives = {"out.data": values[chunk.name], "out.grad": case.upstream(chunk)}
    return numbers | arrives, constants


def _operands(case: Case) -> tuple[dict[str, str], Chunk | None]:
    """What self and other are in the chunk of this row, and the chunk; None where that is not
    one operation."""
    (chunk,) = case.consumers if len(case.consumers) == 1 else (None,)
    match None if chunk is None else ast.parse(chunk.expression, mode="eval").body:
        case ast.BinOp(left=ast.Name(id=left), right=ast.Name(id=right)):
            return {"self": left, "other": right}, chunk
        case ast.BinOp(left=ast.Name(id=left), right=ast.Constant(value=int())):
            return {"self": left}, chunk
        case ast.Call(func=ast.Attribute(value=ast.Name(id=left)), args=[]):
            return {"self": left}, chunk
    return {}, None


def _worth(node: ast.expr, numbers: Numbers, constants: dict[str, float]) -> Number | None:
    """None for what is not plain arithmetic."""
    match node:
        case ast.Constant(value=int() | float() as value):
            return float(value)
        case ast.Attribute() | ast.Name() if ast.unparse(node) in numbers:
            return numbers[ast.unparse(node)]
        case ast.Name(id=name):
            return constants.get(name, constants.get(""))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            inner = _worth(operand, numbers, constants)
            return None if inner is None else -inner
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            one, other = _worth(left, numbers, constants), _worth(right, numbers, constants)
            if one is None or other is None:
                return None
            try:
                return OPERATORS[type(op)](one, other)
            except (ArithmeticError, TypeError, RuntimeError):  # 1 / 0; shapes that do not fit
                return None
        case ast.Compare(left=left, ops=[op], comparators=[ast.Constant(value=int() as bound)]):
            compared = _worth(left, numbers, constants)
            if isinstance(compared, torch.Tensor) and type(op) in COMPARISONS:
                return COMPARISONS[type(op)](compared, float(bound)).to(compared.dtype)
    return None


def _with_other_number(value: ast.expr, numbers: Numbers) -> Iterator[tuple[ast.expr, str, str]]:
    for at, node in enumerate(ast.walk(value)):
        used = ast.unparse(node) if isinstance(node, ast.Attribute) else ""
        for meant in numbers if used in numbers else ():
            if meant != used:
                changed = ast.parse(meant, mode="eval").body
                yield _replaced(value, at, changed), used, meant


def _with_other_operator(value: ast.expr, numbers: Numbers) -> Iterator[tuple[ast.expr, str, str]]:
    for at, node in enumerate(ast.walk(value)):
        if (
            isinstance(node, ast.BinOp)
            and isinstance(node.op, ast.Mult | ast.Div)
            and not _is_root(node.right)  # there the exponent may have lost its sign
            and any(ast.unparse(part) in numbers for part in ast.walk(node.right))  # no constant
        ):
            product = isinstance(node.op, ast.Mult)
            changed = ast.BinOp(node.left, ast.Div() if product else ast.Mult(), node.right)
            signs = ("*", "/") if product else ("/", "*")
            yield _replaced(value, at, changed), *signs


def _is_root(node: ast.expr) -> bool:
    """x**1.5"""
    match node:
        case ast.BinOp(op=ast.Pow(), right=ast.Constant(value=float())):
            return True
    return False


def _replaced(value: ast.expr, at: int, by: ast.expr) -> ast.expr:
    """A copy with the node in this place of ast.walk replaced."""
    whole = ast.Expression(copy.deepcopy(value))
    old = list(ast.walk(whole.body))[at]
    if old is whole.body:
        return by
    for node in ast.walk(whole.body):
        for field, inner in ast.iter_fields(node):
            if inner is old:
                setattr(node, field, by)
    return whole.body


def _is(worth: Number, expected: torch.Tensor) -> bool:
    found = worth if isinstance(worth, torch.Tensor) else torch.full_like(expected, worth)
    return close(found, expected)
