"""What a change of a class of Values comes to, found out by running it here.

Each row of warmup2 is one operation, with these operands; its _backward is run by itself and
compared with torch's derivative. Where all of them are right, random expressions and a training
run tell whether backward() is. Independent of the grader's judging.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import torch

from grader.course import expressions
from grader.course.exercise import Exercise, load_exercise
from tests.grading import trial

from . import Effect

SEED = 20_240_301  # none that the suite grades with
CLOSE = 1e-9

# By row: the operation, which operand's grad it is, and what arrives (None: something random).
Row = tuple[Callable[[Any, Any], Any], str, float | None]
ROWS: dict[str, Row] = {
    "doubled": (lambda x, y: x + y, "x", 1.0),
    "product": (lambda x, y: x + y, "y", 1.0),
    "squared": (lambda x, y: x * y, "x", None),
    "cubed": (lambda x, y: x * y, "y", None),
    "quotient": (lambda x, y: x**3, "x", None),
    "logged": (lambda x, y: x / y, "x", None),
    "shifted": (lambda x, y: x / y, "y", None),
    "squashed": (lambda x, y: x + y, "x", None),
    "y": (lambda x, y: x + y, "y", None),
    "x": (lambda x, y: x.log(), "x", None),
    "grown": (lambda x, y: x * x, "x", None),
    "c": (lambda x, y: x.exp(), "x", None),
    "a": (lambda x, y: x.tanh(), "x", None),
    "kept": (lambda x, y: x + x, "x", None),
    "b": (lambda x, y: x.relu(), "x", None),
}
EITHER_SIGN = ("a", "b", "quotient", "squared", "cubed", "grown", "kept")


@dataclass(frozen=True)
class ValueOracle:
    exercise: Exercise

    def effect(self, source: str, gradient: str = "") -> Effect:
        space: dict[str, Any] = {}
        exec(compile(source, "<mutant>", "exec"), space)
        value, wrong, raises = space["Value"], [], False
        for name, row in ROWS.items():
            try:
                right = all(_right(value, name, row, point) for point in range(6))
            except Exception:  # whatever it raises is an effect of the change
                right, raises = False, True
            if not right:
                wrong.append(name)
        if not wrong:
            runs = (("graphs", _graphs), ("trained", _trained))
            wrong = [name for name, run in runs if run(value)]
            wrong = wrong[:1] if wrong[:1] == ["graphs"] else wrong
        return Effect(*wrong[:1], shared=frozenset(wrong[1:]), raises=raises)


def _right(value: Any, name: str, row: Row, point: int) -> bool:
    """Whether the _backward of this operation adds the derivative times what arrives."""
    operation, which, arrives = row
    draw = torch.Generator().manual_seed(SEED + 100 * point)
    x, y, before, upstream = torch.rand(4, generator=draw, dtype=torch.float64) + 0.5
    x = -x if name in EITHER_SIGN and point % 2 else x
    upstream = upstream if arrives is None else torch.tensor(arrives, dtype=torch.float64)
    leaves = {"x": x.clone().requires_grad_(), "y": y.clone().requires_grad_()}
    (due,) = torch.autograd.grad(operation(leaves["x"], leaves["y"]) * upstream, leaves[which])
    values = {"x": value(x.item()), "y": value(y.item())}
    values[which].grad = before.item()
    out = operation(values["x"], values["y"])
    out.grad = upstream.item()
    out._backward()
    found = values[which].grad - before.item()
    return bool(abs(found - due.item()) <= CLOSE * (1 + abs(due.item())))


@lru_cache(maxsize=1)
def _trial() -> tuple[Any, dict[str, torch.Tensor]]:
    drawn = trial("warmup2", SEED, load_exercise("warmup2").sizes | {"graphs": 300})
    return drawn, drawn.expected_values(drawn.scope)


def _graphs(value: Any) -> bool:
    """Whether some random expression comes out wrong."""
    at, due = _trial()
    programs, leaves = (at.inputs[name].tolist() for name in ("programs", "leaves"))
    for program, starts, right in zip(programs, leaves, due["graphs"], strict=True):
        values = [value(start) for start in starts]
        for operation, left, second in program:
            if operation == expressions.OVER:
                break
            values.append(expressions.FUNCTIONS[operation](values[left], values[second]))
        try:
            values[-1].backward()
        except Exception:  # then it is wrong
            return True
        found = torch.tensor([leaf.grad for leaf in values[: len(starts)]], dtype=torch.float64)
        if not torch.allclose(found, right, 1e-9, 1e-11):
            return True
    return False


def _trained(value: Any) -> bool:
    """Whether the first losses of a training run come out wrong."""
    drawn, due = _trial()
    numbers, width = drawn.inputs["weights"].tolist(), drawn.sizes["n_hidden"]
    for expected in due["trained"][:5].tolist():
        weights = [value(number) for number in numbers]
        rows = [weights[at * width : (at + 1) * width] for at in range(5)]
        loss = value(0.0)
        for *xs, y in drawn.inputs["examples"]:
            out = weights[-1]
            for at in range(width):
                inside = rows[3][at]
                for weight, x in zip(rows[:3], xs, strict=True):
                    inside = inside + weight[at] * x
                out = out + rows[4][at] * inside.tanh()
            loss = loss + (out.tanh() - y) ** 2
        if not abs(loss.data - expected) <= CLOSE * abs(expected):
            return True
        loss.backward()
        numbers = [weight.data - drawn.inputs["rate"] * weight.grad for weight in weights]
    return False
