"""The hint ladder: what each rung says, that it is true, and that none is the answer."""

import ast
import re
from collections.abc import Iterator

import pytest
import torch

from grader import kit
from grader.calculus import RULES, ways
from grader.course import EXERCISES
from grader.exercise import Exercise, load_exercise
from grader.forward import Chunk
from grader.hints import NO_RULE, ladder
from grader.last_grading import Finding
from grader.names import NameData, read_names
from grader.shapes import broadcast, read_shape, shape_of_part, shape_text
from grader.stub import entry_of
from grader.trial import make_trial, reference_for

ALL = [(name, gradient) for name in EXERCISES for gradient in load_exercise(name).gradients]
DERIVED = [(n, g) for n, g in ALL if g not in load_exercise(n).hints]


def lines_of(exercise: str, gradient: str) -> list[str]:
    return [line for rung in ladder(load_exercise(exercise), gradient) for line in rung.lines]


def text_of(exercise: str, gradient: str) -> str:
    return " ".join(" ".join(lines_of(exercise, gradient)).split())


# No rung is the answer


def right_hand_sides(exercise: str) -> Iterator[str]:
    """Every value that the worked answer assigns or adds, but for bare names and numbers."""
    for node in ast.walk(entry_of(ast.parse(kit.solution_source(exercise)))):
        if isinstance(node, ast.Assign | ast.AugAssign):
            if not isinstance(node.value, ast.Name | ast.Constant):
                yield ast.unparse(node.value)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            yield ast.unparse(node.value)


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def given_away(texts: list[str], answers: list[str]) -> list[tuple[str, str]]:
    """Pairs of which one contains the other."""
    return [
        (text, answer)
        for text in texts
        for answer in answers
        if squeezed(answer) in squeezed(text) or squeezed(text) in squeezed(answer)
    ]


@pytest.mark.parametrize("exercise", EXERCISES)
def test_no_hint_holds_a_line_of_the_worked_answer(exercise: str) -> None:
    answers = [answer for name in EXERCISES for answer in right_hand_sides(name)]
    assert "counts_sum_inv * dprobs" in answers
    for gradient in load_exercise(exercise).gradients:
        rungs = ladder(load_exercise(exercise), gradient)
        assert given_away([" ".join(rung.lines) for rung in rungs], answers) == []


def test_a_line_of_the_answer_would_be_found() -> None:
    answers = list(right_hand_sides("exercise1"))
    assert given_away(["Take `dprobs* counts_sum_inv`, or counts_sum_inv*dprobs."], answers)
    assert given_away(["counts_sum_inv *"], answers)


def expressions(line: str) -> Iterator[str]:
    """What may be code in a line: what stands between backticks, equals signs and colons."""
    for part in re.split(r"`|(?<![=!<>])=(?!=)|: |, or |\. |\.$", line):
        text = part.strip()
        try:
            if not isinstance(ast.parse(text, mode="eval").body, ast.Name):
                yield text
        except (SyntaxError, ValueError):
            continue


def worth(text: str, scope: dict[str, object]) -> torch.Tensor | None:
    try:
        value = eval(text, {}, dict(scope))
    except Exception:  # words that happen to parse
        return None
    return value if torch.is_tensor(value) else None


def true_values(exercise: Exercise) -> dict[str, object]:
    data = NameData(read_names(kit.NAMES))
    trial = make_trial(exercise, data, "own", 5, exercise.other_sizes)
    gradients = {f"d{name}": g for name, g in reference_for(trial).gradients.items()}
    return {**trial.inputs, **trial.values(), "torch": torch, **gradients}


def answers_in(line: str, gradient: str, scope: dict[str, object]) -> list[str]:
    due = scope[f"d{gradient}"]
    assert torch.is_tensor(due)
    return [
        text
        for text in expressions(line)
        if (value := worth(text, scope)) is not None
        and value.numel() == due.numel()
        and torch.allclose(value.reshape(due.shape).to(due), due, 1e-6, 1e-12)
    ]


@pytest.mark.parametrize("name", EXERCISES)
def test_no_code_in_a_hint_computes_the_gradient(name: str) -> None:
    exercise = load_exercise(name)
    scope = true_values(exercise)
    for gradient in exercise.gradients:
        for line in lines_of(name, gradient):
            assert answers_in(line, gradient, scope) == []


def test_code_that_computes_the_gradient_would_be_found() -> None:
    scope = true_values(load_exercise("exercise1"))
    assert answers_in("  here dprobs = dlogprobs / probs", "probs", scope)
    assert answers_in("Try `(dprobs * counts).sum(1)`.", "counts_sum_inv", scope)


# What a rung says


@pytest.mark.parametrize(("exercise", "gradient"), ALL)
def test_every_gradient_has_a_ladder_that_knows_its_operations(
    exercise: str, gradient: str
) -> None:
    rungs = ladder(load_exercise(exercise), gradient)
    assert len(rungs) >= 2
    assert NO_RULE not in " ".join(line for rung in rungs for line in rung.lines)
    assert all(line.strip() for rung in rungs for line in rung.lines)


def test_hints_are_written_for_gradients_that_are_asked_for() -> None:
    for name in EXERCISES:
        exercise = load_exercise(name)
        assert exercise.hints.keys() <= set(exercise.gradients)
        for texts in exercise.hints.values():
            assert isinstance(texts, tuple)
            assert all(texts)


@pytest.mark.parametrize(("exercise", "gradient"), DERIVED)
def test_each_chunk_that_reads_the_value_is_shown_with_what_arrives(
    exercise: str, gradient: str
) -> None:
    calculus, shapes = ladder(load_exercise(exercise), gradient)
    assert (calculus.title, shapes.title) == ("the calculus", "the shapes")
    consumers = load_exercise(exercise).forward_pass.consumers[gradient]
    for chunk in consumers:
        assert f"  {chunk.source}" in calculus.lines
        assert f"  {chunk.source}" in shapes.lines
    assert sum("What arrives" in line for line in calculus.lines) == len(consumers)
    assert ("is read by two chunks" in calculus.lines[0]) == (len(consumers) == 2)


def test_a_contribution_that_passes_on_as_it_is_comes_with_a_warning() -> None:
    assert "makes no copy" in text_of("exercise1", "logits")
    assert "makes no copy" in text_of("exercise1", "hprebn")
    assert "makes no copy" not in text_of("exercise1", "counts")
    assert "makes no copy" not in text_of("exercise1", "b2")  # one contribution


SHAPES = {
    "counts_sum_inv": "summed over dimension 1, and that dimension stays, as a 1 (keepdim=True)",
    "b1": "`b1` lacks the dimension of n: it was copied along dimension 0 of (n, n_hidden)",
    "bngain": "summed over dimension 0, and that dimension stays, as a 1 (keepdim=True)",
    "b2": "summed over dimension 0, and that dimension goes (no keepdim)",
    "h": "(n, vocab_size) @ (vocab_size, n_hidden)",
    "W2": "(n_hidden, n) @ (n, vocab_size)",
    "counts": "it is stretched along dimension 1 of (n, vocab_size). Broadcasting",
    "bndiff2": "One number goes back to n entries: it is stretched along dimension 0",
    "logprobs": "One number goes back to every entry of (n,).",
    "emb": "The same numbers go back into (n, block_size, n_embd)",
    "C": "For each index in Xb, (n, block_size), one row (n_embd,) of what arrives is added",
    "hpreact": "Nothing was copied and nothing summed: entry by entry.",
}


@pytest.mark.parametrize("gradient", SHAPES)
def test_the_shape_recipe(gradient: str) -> None:
    assert SHAPES[gradient] in text_of("exercise1", gradient)


def test_a_sum_is_asked_for_exactly_where_the_value_was_broadcast() -> None:
    broadcast_values = {
        "counts_sum_inv", "logit_maxes", "b2", "bngain", "bnbias", "bnvar_inv", "bnmeani", "b1",
    }  # fmt: skip
    exercise = load_exercise("exercise1")
    summed = {g for g in exercise.gradients if "is summed over" in text_of("exercise1", g)}
    assert summed == broadcast_values


def test_the_learners_mistake_comes_first_with_how_to_see_it() -> None:
    finding = Finding("wrong", "It was counted twice.", "contribution-twice")
    rungs = ladder(load_exercise("exercise1"), "counts", finding)
    assert rungs[0].title == "your line"
    assert rungs[0].lines[0] == "It was counted twice."
    assert rungs[0].lines[1].startswith("How to see it: Count the uses in the forward pass")
    assert rungs[0].lines[2] == "More of it: grade explain contribution-twice"
    assert rungs[1:] == ladder(load_exercise("exercise1"), "counts", Finding("wrong"))


def test_a_mistake_that_is_no_longer_known_and_an_error_have_no_page() -> None:
    exercise = load_exercise("exercise1")
    gone = ladder(exercise, "counts", Finding("wrong", "It is off.", "gone-by-now"))
    assert gone[0].lines == ("It is off.", "More of it: grade explain gone-by-now")
    assert ladder(exercise, "counts", Finding("errored", "E."))[0].lines == ("E.",)


# Shapes in letters


@pytest.mark.parametrize("name", EXERCISES)
def test_shapes_read_from_the_syntax_are_those_at_the_line_ends(name: str) -> None:
    forward_pass = load_exercise(name).forward_pass
    shapes = {n: s for n, text in forward_pass.shapes.items() if (s := read_shape(text))}
    for chunk in forward_pass.chunks:
        found = shape_of_part(ast.parse(chunk.expression, mode="eval").body, shapes)
        if found is None:
            assert ".view(" in chunk.source or "F." in chunk.source
        else:
            assert shape_text(found) == chunk.shape


def test_shapes_that_do_not_meet_have_none() -> None:
    assert broadcast(("n", "1"), ("m",)) == ("n", "m")
    assert broadcast(("n", "k"), ("m",)) is None
    assert broadcast((), ("n",)) == ("n",)
    assert read_shape("batch size") is None


# The rules are true

NUMBERED = ("total", "mean", "largest", "pick", "rows", "view")  # formulas for few entries


@pytest.mark.parametrize("rule", sorted(RULES.keys() - {*NUMBERED, "left of @", "right of @"}))
def test_a_rules_formula_is_what_autograd_gives(rule: str) -> None:
    generator = torch.Generator().manual_seed(1)
    names = {"x", "a", "b", "dy"}
    scope = {n: torch.rand(5, generator=generator, dtype=torch.float64) + 0.5 for n in names}
    leaves = {n: scope[n].clone().requires_grad_() for n in "xab"}
    numbers = {"c": 3.0, "k": -0.5}
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
