"""Forward passes read from their source, and their shape comments held against tensors."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from grader.course import EXERCISES
from grader.course.exercise import load_exercise
from grader.course.forward import ForwardPass, read_forward
from grader.course.names import NameData, read_names
from grader.derive.shapes import read_shape
from grader.workspace.stub import shape_of

ROOT = Path(__file__).parent.parent.parent


def small(
    n,  # batch size
    x,  # (n, 2), the inputs
    w,  # (2,)
):
    """Nothing here is a chunk but the assignments."""
    import math

    square = x * x  # (n, 2)
    scaled = square @ (
        w + math.pi  # w is wrapped over lines
    )  # (n,)
    other = scaled * square.sum(1)  # (n,)
    loss = (other + [n for n in range(3)][0]).sum()  # noqa: C416, RUF015
    return locals()


@pytest.fixture(scope="module")
def read() -> ForwardPass:
    return read_forward(small)


@pytest.fixture(scope="module")
def data() -> NameData:
    return NameData(read_names(ROOT / "data" / "names.txt"))


def test_names_are_the_inputs_then_the_chunks_in_order(read: ForwardPass) -> None:
    assert [item.name for item in read.inputs] == ["n", "x", "w"]
    assert [chunk.name for chunk in read.chunks] == ["square", "scaled", "other", "loss"]
    assert read.names == ("n", "x", "w", "square", "scaled", "other", "loss")


def test_shapes_are_the_comments_at_the_line_ends(read: ForwardPass) -> None:
    assert read.shapes["x"] == "(n, 2), the inputs"
    assert read.shapes["square"] == "(n, 2)"
    assert read.shapes["scaled"] == "(n,)"


def test_reads_are_in_order_of_appearance_and_once(read: ForwardPass) -> None:
    assert read.chunk["square"].reads == ("x",)
    assert read.chunk["scaled"].reads == ("square", "w")
    assert read.chunk["other"].reads == ("scaled", "square")


def test_a_chunk_is_quoted_in_one_line(read: ForwardPass) -> None:
    assert read.chunk["other"].source == "other = scaled * square.sum(1)"
    assert read.chunk["other"].expression == "scaled * square.sum(1)"
    assert "\n" not in read.chunk["scaled"].source


def test_consumers_are_the_chunks_that_read_a_name(read: ForwardPass) -> None:
    named = {name: [chunk.name for chunk in chunks] for name, chunks in read.consumers.items()}
    assert named["square"] == ["scaled", "other"]
    assert named["w"] == ["scaled"]
    assert named["loss"] == []


def test_the_way_up_ends_at_the_stops(read: ForwardPass) -> None:
    def towards(name: str, *stops: str) -> list[str]:
        return [chunk.name for chunk in read.chunks_towards(name, frozenset(stops))]

    assert towards("square", "scaled", "other") == ["scaled", "other"]
    assert towards("square", "scaled") == ["scaled", "other", "loss"]
    assert towards("w") == ["scaled", "other", "loss"]
    assert towards("loss") == []


def branching(x):
    if x:
        y = x
    return locals()


def unpacking(x):
    y, z = x
    return locals()


def in_place(x):
    y = x + 1
    y += 1
    return locals()


def chained(x):
    y = z = x
    return locals()


def twice(x):
    y = x + 1
    y = y * 2
    return locals()


def over_an_input(x):
    x = x + 1
    return locals()


def calling(x):
    print(x)
    return locals()


def annotated(x):
    y: object = x
    return locals()


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (branching, "line 2: .* is not a chunk"),
        (unpacking, "line 2: .* is not a chunk"),
        (in_place, "line 3: 'y \\+= 1' is not a chunk"),
        (chained, "line 2: 'y = z = x' is not a chunk"),
        (calling, r"line 2: 'print\(x\)' is not a chunk"),
        (annotated, "line 2: 'y: object = x' is not a chunk"),
        (twice, "y is assigned twice"),
        (over_an_input, "x is assigned twice"),
    ],
)
def test_a_statement_that_is_no_chunk_is_refused(function: Callable[..., Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_forward(function)


@pytest.mark.parametrize("name", EXERCISES)
@pytest.mark.parametrize("which", ["sizes", "other_sizes"])
def test_every_shape_comment_is_the_tensors_shape(name: str, which: str, data: NameData) -> None:
    exercise = load_exercise(name)
    sizes = getattr(exercise, which)
    scope = exercise.forward(**exercise.inputs(data, 1, sizes))
    tensors = [value for value in exercise.forward_pass.names if torch.is_tensor(scope[value])]
    assert set(exercise.gradients) - exercise.values.keys() < set(tensors)
    for value in tensors:
        shape = eval(shape_of(exercise, value), {}, sizes | {"vocab_size": len(data.letters)})
        assert shape == tuple(scope[value].shape)[exercise.points :], value


@pytest.mark.parametrize("name", EXERCISES)
def test_sizes_differ_from_one_another(name: str, data: NameData) -> None:
    """Products and halves too: whatever a shape comment has."""
    exercise = load_exercise(name)
    read = (read_shape(text) or () for text in exercise.forward_pass.shapes.values())
    dimensions = {dimension for shape in read for dimension in shape if dimension != "1"}
    for sizes in (exercise.sizes, exercise.other_sizes):
        known = sizes | {"vocab_size": len(data.letters)}
        used = [eval(dimension, {}, known) for dimension in sorted(dimensions | sizes.keys())]
        assert len(set(used)) == len(used)
    assert not set(exercise.sizes.values()) & set(exercise.other_sizes.values())


@pytest.mark.parametrize("name", EXERCISES)
def test_gradients_are_asked_for_from_the_loss_back(name: str) -> None:
    """A gradient never comes before one that it needs."""
    exercise = load_exercise(name)
    for number, gradient in enumerate(exercise.gradients):
        if gradient in exercise.values:
            continue
        behind = {chunk.name for chunk in exercise.chunks_behind(gradient)}
        assert behind, gradient
        assert not behind & set(exercise.gradients[number:]), gradient


@pytest.mark.parametrize("name", EXERCISES)
def test_the_same_seed_gives_the_same_inputs_and_another_gives_others(
    name: str, data: NameData
) -> None:
    exercise = load_exercise(name)
    first, again, other = (exercise.inputs(data, seed, exercise.sizes) for seed in (5, 5, 6))
    for value in (key for key in first if torch.is_tensor(first[key])):
        assert torch.equal(first[value], again[value]), value
        if first[value].dtype != torch.bool:  # a mask follows from the sizes
            assert not torch.equal(first[value], other[value]), value


def test_sizes_are_the_lectures() -> None:
    exercise = load_exercise("exercise1")
    assert exercise.sizes == {"n": 32, "block_size": 3, "n_embd": 10, "n_hidden": 64}
    assert len(exercise.gradients) == 26


def test_a_number_read_by_many_chunks_is_behind_none_of_the_tensors() -> None:
    forward_pass = load_exercise("exercise1").forward_pass
    named = {chunk.name for chunk in forward_pass.consumers["n"]}
    assert named == {"bnmeani", "bnvar", "loss"}
    assert [chunk.name for chunk in forward_pass.consumers["emb"]] == ["embcat"]
