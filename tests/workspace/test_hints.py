"""The hint ladder: what each rung says, and that none is the answer."""

import ast
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
import torch

from grader.bench.reference import reference_for
from grader.bench.trial import MATH, make_trial
from grader.course import EXERCISES
from grader.course.exercise import Exercise, load_exercise
from grader.course.names import NameData, read_names
from grader.workspace import kit
from grader.workspace.hint_state import Finding
from grader.workspace.hints import NO_RULE, ladder

ALL = [(name, gradient) for name in EXERCISES for gradient in load_exercise(name).gradients]
DERIVED = [
    (name, gradient)
    for name, gradient in ALL
    if gradient not in {**load_exercise(name).hints, **load_exercise(name).values}
]


def lines_of(exercise: str, gradient: str) -> list[str]:
    return [line for rung in ladder(load_exercise(exercise), gradient) for line in rung.lines]


def text_of(exercise: str, gradient: str) -> str:
    return " ".join(" ".join(lines_of(exercise, gradient)).split())


# No rung is the answer


def right_hand_sides(exercise: str) -> Iterator[str]:
    """Every value that the worked answer assigns or adds, but for bare names and numbers."""
    for node in ast.walk(ast.parse(kit.solution_source(exercise))):
        if isinstance(node, ast.Assign | ast.AugAssign):
            if not isinstance(node.value, ast.Name | ast.Attribute | ast.Constant):
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
    gradients = {
        exercise.key(name) if name in exercise.row else f"d{name}": gradient
        for name, gradient in reference_for(trial).gradients.items()
    }
    return {**MATH, **trial.scope, "torch": torch, **gradients}


def answers_in(line: str, key: str, scope: dict[str, object]) -> list[str]:
    due = scope[key]
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
            assert answers_in(line, exercise.key(gradient), scope) == []


def test_code_that_computes_the_gradient_would_be_found() -> None:
    scope = true_values(load_exercise("exercise1"))
    assert answers_in("  here dprobs = dlogprobs / probs", "dprobs", scope)
    assert answers_in("Try `(dprobs * counts).sum(1)`.", "dcounts_sum_inv", scope)
    scope = true_values(load_exercise("warmup1"))
    assert answers_in("Try `cos(w * x) * x * dwave`.", "dw", scope)
    assert answers_in("It is 6 * x - 4.", "slope", scope) == []  # words around it
    assert answers_in("It is `6 * x - 4`.", "slope", scope)


# What a rung says


@pytest.mark.parametrize(("exercise", "gradient"), ALL)
def test_every_gradient_has_a_ladder_that_knows_its_operations(
    exercise: str, gradient: str
) -> None:
    course = load_exercise(exercise)
    rungs = ladder(course, gradient)
    # Of a number there is no shape to tell of; of what is no gradient, what a person wrote.
    assert len(rungs) >= (1 if course.points or gradient in course.values else 2)
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
    course = load_exercise(exercise)
    rungs = ladder(course, gradient)
    titles = ["the calculus"] if course.points else ["the calculus", "the shapes"]
    assert [rung.title for rung in rungs] == titles
    consumers = course.forward_pass.consumers[gradient]
    for chunk in consumers:
        assert all(f"  {chunk.source}" in rung.lines for rung in rungs)
    calculus = rungs[0]
    assert sum("Upstream gradient" in line for line in calculus.lines) == len(consumers)
    assert ("is read by two chunks" in calculus.lines[0]) == (len(consumers) == 2)


def test_a_contribution_that_passes_on_as_it_is_comes_with_a_warning() -> None:
    assert "does not copy" in text_of("exercise1", "logits")
    assert "does not copy" in text_of("exercise1", "hprebn")
    assert "does not copy" not in text_of("exercise1", "counts")
    assert "does not copy" not in text_of("exercise1", "b2")  # one contribution
    assert "does not copy" not in text_of("warmup1", "b")  # numbers


def test_a_value_without_written_hints_is_said_to_be_what_it_is() -> None:
    exercise = replace(load_exercise("warmup1"), hints={})
    (rung,) = ladder(exercise, "slope_a")
    assert rung.lines == (
        "The slope of d = a * b + c when only a grows; b and c stay as they are.",
    )


def test_a_function_is_shown_as_the_chunk_writes_it() -> None:
    assert "for z = sin(u): du = cos(u) * dz" in text_of("warmup1", "x")
    assert "for z = u.tanh(): du = (1 - z**2) * dz" in text_of("exercise1", "hpreact")


SHAPES = {
    "counts_sum_inv": "summed over dimension 1, and that dimension stays, as a 1 (keepdim=True)",
    "b1": "`b1` lacks the dimension of n: it was broadcast along dimension 0 of (n",
    "bngain": "summed over dimension 0, and that dimension stays, as a 1 (keepdim=True)",
    "b2": "summed over dimension 0, and that dimension disappears (no keepdim)",
    "h": "(n, vocab_size) @ (vocab_size, n_hidden)",
    "W2": "(n_hidden, n) @ (n, vocab_size)",
    "counts": "it is broadcast along dimension 1 of (n, vocab_size). That happens",
    "bndiff2": "Each number of it goes to n entries: it is broadcast along dimension 0",
    "logprobs": "Every entry of (n,) gets the same number.",
    "emb": "The same numbers, reshaped to (n, block_size, n_embd)",
    "C": "each index in Xb, (n, block_size), add one row (n_embd,) of the upstream gradient to",
    "hpreact": "Nothing was broadcast and nothing summed: it works entry by entry.",
}


@pytest.mark.parametrize("gradient", SHAPES)
def test_the_shape_recipe(gradient: str) -> None:
    assert SHAPES[gradient] in text_of("exercise1", gradient)


def test_the_shape_recipe_beyond_matrices() -> None:
    assert "over dimensions 0 and 1, and these dimensions disappear" in text_of("exercise8", "bo")
    assert "Dimensions 1 and 2 are swapped back first." in text_of("exercise8", "xq")
    assert "The dimensions go back to their places: (vocab_size," in text_of("exercise8", "C")


def test_a_value_that_a_chunk_reads_twice_is_told_so() -> None:
    assert "appears more than once" in text_of("exercise8", "hpreact")
    assert "appears more than once" not in text_of("exercise6", "hpreact")


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
    assert rungs[0].lines[2] == "More about it: grade explain contribution-twice"
    assert rungs[1:] == ladder(load_exercise("exercise1"), "counts", Finding("wrong"))


def test_a_mistake_that_is_no_longer_known_and_an_error_have_no_page() -> None:
    exercise = load_exercise("exercise1")
    gone = ladder(exercise, "counts", Finding("wrong", "It is off.", "gone-by-now"))
    assert gone[0].lines == ("It is off.", "More about it: grade explain gone-by-now")
    assert ladder(exercise, "counts", Finding("errored", "E."))[0].lines == ("E.",)
