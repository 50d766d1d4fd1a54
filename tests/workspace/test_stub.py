"""Stubs: made from the course and the worked answer, and in sync with exercises/."""

import ast
from pathlib import Path

import pytest

from grader.course import EXERCISES
from grader.course.exercise import load_exercise
from grader.syntax.methods import methods, unwritten
from grader.workspace import kit
from grader.workspace.stub import shape_of, solution_lines, stub_text

ROOT = Path(__file__).parent.parent.parent
IN_CLASSES = [name for name in EXERCISES if load_exercise(name).kind.in_methods]
IN_A_FUNCTION = [name for name in EXERCISES if name not in IN_CLASSES]


@pytest.mark.parametrize("name", EXERCISES)
def test_the_stub_in_exercises_is_in_sync(name: str) -> None:
    committed = (ROOT / "exercises" / f"{name}.py").read_text(encoding="utf-8")
    assert committed == kit.pristine_stub(name), "run `grade dev stubs`"


@pytest.mark.parametrize("name", IN_A_FUNCTION)
def test_each_gradient_stands_under_one_chunk_that_reads_it_or_a_whole_step(name: str) -> None:
    exercise, lines = load_exercise(name), kit.pristine_stub(name).split("\n")
    for gradient in exercise.gradients:
        shape = "" if exercise.points else f"  # {shape_of(exercise, gradient)}"
        at = lines.index(f"    {exercise.key(gradient)} = None{shape}")
        before = lines[:at]
        comments = before[max(i for i, line in enumerate(before) if "#" not in line) + 1 :]
        above = [line.removeprefix("    # ") for line in comments]
        if gradient in exercise.values:
            assert " ".join(above) == exercise.asked_for(gradient)
        else:
            assert above == [chunk.source for chunk in exercise.chunks_asked(gradient)]


def test_a_stub_leaves_the_second_use_to_be_found() -> None:
    exercise = load_exercise("exercise1")
    second = {name for name in exercise.gradients if len(exercise.forward_pass.consumers[name]) > 1}
    assert second == {"counts", "logits", "bndiff", "hprebn"}
    for name in second:
        (shown,) = exercise.chunks_asked(name)
        assert shown == exercise.chunks_behind(name)[0]
    assert len(load_exercise("exercise3").chunks_asked("hprebn")) > 1


@pytest.mark.parametrize("name", IN_A_FUNCTION)
def test_a_stub_begins_with_the_forward_pass(name: str) -> None:
    docstring = ast.get_docstring(ast.parse(kit.pristine_stub(name)))
    assert docstring is not None
    lines = [line.strip() for line in docstring.split("\n")]
    for chunk in load_exercise(name).forward_pass.chunks:
        assert any(line.startswith(f"{chunk.name} = ") for line in lines)


@pytest.mark.parametrize("name", IN_A_FUNCTION)
def test_a_stub_asks_for_every_value_and_gives_every_gradient(name: str) -> None:
    exercise = load_exercise(name)
    (entry,) = [
        node
        for node in ast.parse(kit.pristine_stub(name)).body
        if isinstance(node, ast.FunctionDef)
    ]
    asked = {argument.arg for argument in entry.args.args}
    assert asked == set(exercise.forward_pass.names) - {"loss", *exercise.values}
    given = [
        target.id
        for node in entry.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    ]
    assert given == [exercise.key(gradient) for gradient in exercise.gradients]
    assert ast.unparse(entry.body[-1]) == "return locals()"


@pytest.mark.parametrize("name", IN_CLASSES)
def test_a_stub_of_classes_has_every_method_and_nothing_in_those_asked_for(name: str) -> None:
    stub = ast.parse(kit.pristine_stub(name))
    asked = {at.partition(":")[0] for at in load_exercise(name).written_in.values()}
    assert asked <= unwritten(stub)
    worked = {
        at: node
        for at, node in methods(ast.parse(kit.solution_source(name)))
        if at.rpartition(".")[0] not in asked  # the answer's own, inside
    }
    assert [at for at, _ in methods(stub)] == list(worked)
    for at, left in methods(stub):
        whole = worked[at]
        around = any(inner.startswith(f"{at}.") for inner in asked)
        assert at in asked or around or ast.unparse(left) == ast.unparse(whole)
        assert ast.get_docstring(left) == ast.get_docstring(whole)


def test_a_stub_has_no_line_of_the_worked_answer() -> None:
    stub = kit.pristine_stub("exercise1")
    for line in kit.solution_source("exercise1").split("\n"):
        if line.startswith("    d"):
            assert line not in stub


def test_lines_are_at_most_100_characters() -> None:
    for name in EXERCISES:
        assert max(map(len, kit.pristine_stub(name).split("\n"))) <= 100


def test_a_gradient_without_a_shape_comment_is_refused() -> None:
    exercise = load_exercise("exercise1")
    with pytest.raises(ValueError, match="exercise1: n has no shape comment"):
        shape_of(exercise, "n")


def test_an_answer_without_backward_makes_no_stub() -> None:
    with pytest.raises(ValueError, match="no function backward"):
        stub_text(load_exercise("exercise1"), "def forward():\n    pass\n")


@pytest.mark.parametrize("name", EXERCISES)
def test_every_gradient_has_lines_in_the_worked_answer(name: str) -> None:
    source, exercise = kit.solution_source(name), load_exercise(name)
    for gradient in exercise.gradients:
        shown = solution_lines(exercise, source, gradient)
        if name in IN_A_FUNCTION:
            assert f"{exercise.key(gradient)} = " in shown
        ast.parse(shown)


def lines_of(name: str, gradient: str) -> str:
    return solution_lines(load_exercise(name), kit.solution_source(name), gradient)


def test_a_gradients_lines_are_not_those_that_only_read_it() -> None:
    assert "demb.view" in kit.solution_source("exercise9")
    assert "dC" not in lines_of("exercise9", "emb")


def test_the_lines_of_a_gradient_are_all_of_them_with_their_comments() -> None:
    assert lines_of("exercise1", "counts").split("\n") == [
        "# counts is used twice: in probs and in counts_sum.",
        "dcounts = counts_sum_inv * dprobs",
        "dcounts += torch.ones_like(counts) * dcounts_sum",
    ]
    assert "dC[Xb[k, j]] += demb[k, j]" in lines_of("exercise1", "C")
    assert "dC.index_add_(" in lines_of("exercise4", "C")
    assert lines_of("exercise1", "h") == (
        "# The shapes leave one way to multiply: (n, vocab) @ (vocab, hidden) -> (n, hidden).\n"
        "dh = dlogits @ W2.T"
    )


def test_what_only_leads_to_a_value_is_shown_with_it() -> None:
    shown = lines_of("warmup1", "slope_a")
    assert [line for line in shown.split("\n") if not line.startswith("#")] == [
        "h = 1e-5",
        "slope_a = ((a + h) * b + c - d) / h",
    ]
    assert "below = " in lines_of("warmup1", "slope")
    assert "slope" not in lines_of("warmup1", "squashed")


def test_a_stub_for_numbers_speaks_of_no_shapes() -> None:
    stub = kit.pristine_stub("warmup1")
    assert "shape" not in stub
    assert "()" not in stub.replace("locals()", "")
