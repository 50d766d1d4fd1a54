"""The rules of calculus that hints are made of: autograd agrees with each."""

import re

import pytest
import torch

from grader.calculus import RULES, ways
from grader.exercise import load_exercise
from grader.forward import Chunk

NUMBERED = (
    "total",
    "mean",
    "largest",
    "pick",
    "rows",
    "view",
    "transpose",
)  # formulas for few entries


@pytest.mark.parametrize("rule", sorted(RULES.keys() - {*NUMBERED, "left of @", "right of @"}))
def test_a_rules_formula_is_what_autograd_gives(rule: str) -> None:
    generator = torch.Generator().manual_seed(1)
    names = {"x", "a", "b", "dy"}
    scope = {n: torch.rand(5, generator=generator, dtype=torch.float64) + 0.5 for n in names}
    leaves = {n: scope[n].clone().requires_grad_() for n in "xab"}
    numbers = {"c": 3.0, "k": -0.5, "m": torch.tensor([False, True, False, False, True])}
    y = eval(RULES[rule].forward.removeprefix("y = "), {}, leaves | numbers)
    name, _, formula = RULES[rule].backward.partition(" = ")
    (true,) = torch.autograd.grad((y * scope["dy"]).sum(), leaves[name.removeprefix("d")])
    given = eval(formula, {}, scope | numbers | {"y": y.detach()})
    torch.testing.assert_close(given, true)


@pytest.mark.parametrize("rule", ["left of @", "right of @"])
def test_a_matrix_products_formula_is_what_autograd_gives(rule: str) -> None:
    a, b, dy = (torch.rand(*size, dtype=torch.float64) for size in ((2, 3), (3, 4), (2, 4)))
    leaves = {"a": a.requires_grad_(), "b": b.requires_grad_()}
    name, out, over, *factors = re.fullmatch(
        r"d(.)\[(.*)\] = sum over (.) of (\w+)\[(.*)\] \* (\w+)\[(.*)\]", RULES[rule].backward
    ).groups()
    (true,) = torch.autograd.grad((a @ b * dy).sum(), leaves[name])
    one, i, other, j = (part.replace(", ", "") for part in factors)
    assert over in i
    assert over in j
    tensors = {"a": a.detach(), "b": b.detach(), "dy": dy}
    given = torch.einsum(f"{i},{j}->{out.replace(', ', '')}", tensors[one], tensors[other])
    torch.testing.assert_close(given, true)


def test_a_transposes_formula_is_what_autograd_gives() -> None:
    x, dy = torch.rand(2, 3, requires_grad=True), torch.rand(3, 2)
    y = eval(RULES["transpose"].forward.removeprefix("y = "), {}, {"x": x})
    (true,) = torch.autograd.grad((y * dy).sum(), x)
    left, _, formula = RULES["transpose"].backward.partition(" = ")
    for i, j in ((0, 0), (0, 2), (1, 0), (1, 2)):
        entry = {"dx": true, "dy": dy, "i": i, "j": j}
        assert eval(left, {}, entry) == eval(formula, {}, entry)


def test_an_operation_without_a_rule_is_asked_about() -> None:
    chunk = load_exercise("exercise2").forward_pass.chunk["loss"]
    ((step,),) = ways(chunk, "logits", frozenset({"n"}))
    assert step.rule == "unknown"


def test_a_value_read_twice_in_one_chunk_has_two_ways() -> None:
    chunk = Chunk("y", "y = x * x.sum()", "x * x.sum()", ("x",), "(n,)")
    found = [[step.rule for step in way] for way in ways(chunk, "x", frozenset())]
    assert found == [["factor"], ["factor", "total"]]


def test_a_values_shape_is_no_way_to_it() -> None:
    view = load_exercise("exercise1").forward_pass.chunk["embcat"]
    assert len(ways(view, "emb", frozenset())) == 1
