"""The rules of calculus that hints are made of: autograd agrees with each."""

import re

import pytest
import torch

from grader.course import EXERCISES
from grader.course.exercise import load_exercise
from grader.course.forward import Chunk
from grader.derive.calculus import RULES, ways

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
    names = ("u", "s", "t", "dz")
    scope = {n: torch.rand(5, generator=generator, dtype=torch.float64) + 0.5 for n in names}
    leaves = {n: scope[n].clone().requires_grad_() for n in "ust"}
    numbers = {"p": -0.5, "m": torch.tensor([False, True, False, False, True])}
    z = eval(RULES[rule].forward.removeprefix("z = "), {}, leaves | numbers)
    name, _, formula = RULES[rule].backward.partition(" = ")
    (true,) = torch.autograd.grad((z * scope["dz"]).sum(), leaves[name.removeprefix("d")])
    given = eval(formula, {}, scope | numbers | {"z": z.detach()})
    torch.testing.assert_close(given, true)


@pytest.mark.parametrize("rule", ["left of @", "right of @"])
def test_a_matrix_products_formula_is_what_autograd_gives(rule: str) -> None:
    s, t, dz = (torch.rand(*size, dtype=torch.float64) for size in ((2, 3), (3, 4), (2, 4)))
    leaves = {"s": s.requires_grad_(), "t": t.requires_grad_()}
    read = re.fullmatch(
        r"d(.)\[(.*)\] = sum over (.) of (\w+)\[(.*)\] \* (\w+)\[(.*)\]", RULES[rule].backward
    )
    assert read is not None
    name, out, over, *factors = read.groups()
    (true,) = torch.autograd.grad((s @ t * dz).sum(), leaves[name])
    one, i, other, j = (part.replace(", ", "") for part in factors)
    assert over in i
    assert over in j
    tensors = {"s": s.detach(), "t": t.detach(), "dz": dz}
    given = torch.einsum(f"{i},{j}->{out.replace(', ', '')}", tensors[one], tensors[other])
    torch.testing.assert_close(given, true)


def test_a_transposes_formula_is_what_autograd_gives() -> None:
    u, dz = torch.rand(2, 3, requires_grad=True), torch.rand(3, 2)
    z = eval(RULES["transpose"].forward.removeprefix("z = "), {}, {"u": u})
    (true,) = torch.autograd.grad((z * dz).sum(), u)
    left, _, formula = RULES["transpose"].backward.partition(" = ")
    for i, j in ((0, 0), (0, 2), (1, 0), (1, 2)):
        entry = {"du": true, "dz": dz, "i": i, "j": j}
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


def test_rules_are_in_letters_that_no_exercise_uses() -> None:
    """`da = b * dy` beside an exercise's own a and b would be its answer."""
    used = {name for each in EXERCISES for name in load_exercise(each).forward_pass.names}
    formulas = [f"{rule.forward} {rule.backward}" for rule in RULES.values()]
    letters = {word for text in formulas for word in re.findall(r"\bd?([a-z])\d?\b", text)}
    assert {"z", "u", "s", "t"} <= letters
    assert not letters & used


def test_a_function_is_ruled_on_as_the_chunk_writes_it() -> None:
    shown = {}
    for text in ("x.cos()", "cos(x)", "exp(x)", "atan(x)"):
        ((step,),) = ways(Chunk("y", f"y = {text}", text, ("x",), "(n,)"), "x", frozenset())
        shown[text] = step.formulas if step.rule in RULES else step.rule
    assert shown == {
        "x.cos()": ("z = u.cos()", "du = -u.sin() * dz"),
        "cos(x)": ("z = cos(u)", "du = -sin(u) * dz"),
        "exp(x)": ("z = exp(u)", "du = z * dz"),
        "atan(x)": "unknown",
    }
