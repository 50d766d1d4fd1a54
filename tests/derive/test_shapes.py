"""Shapes in letters, read from the syntax of the chunks."""

import ast

import pytest

from grader.course import EXERCISES
from grader.course.exercise import load_exercise
from grader.course.forward import Chunk
from grader.derive.calculus import ways
from grader.derive.shape_recipe import shape_sentences
from grader.derive.shapes import broadcast, read_shape, shape_of_part, shape_text

UNREAD = (
    ".view(",
    ".reshape(",
    ".flatten(",
    ".unfold(",
    "F.",
)  # what the syntax alone does not tell


@pytest.mark.parametrize("name", EXERCISES)
def test_shapes_read_from_the_syntax_are_those_at_the_line_ends(name: str) -> None:
    forward_pass = load_exercise(name).forward_pass
    shapes = {n: s for n, text in forward_pass.shapes.items() if (s := read_shape(text))}
    for chunk in forward_pass.chunks:
        found = shape_of_part(ast.parse(chunk.expression, mode="eval").body, shapes)
        if found is None:
            assert any(text in chunk.source for text in UNREAD), chunk.source
        else:
            assert shape_text(found) == chunk.shape


@pytest.mark.parametrize(
    ("product", "shape"),
    [("x @ w", "(n,)"), ("t @ x", "(m,)"), ("w @ w", "()"), ("x @ W", "(n, k)")],
)
def test_a_matrix_times_a_vector_is_a_vector(product: str, shape: str) -> None:
    shapes = {"x": ("n", "m"), "w": ("m",), "t": ("n",), "W": ("m", "k")}
    found = shape_of_part(ast.parse(product, mode="eval").body, shapes)
    assert found is not None
    assert shape_text(found) == shape


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("w", "dz, (n,), and `x`, (n, m): the sum runs over the dimension that they share, n."),
        ("x", "dz, (n,), and `w`, (m,): there is no sum."),
    ],
)
def test_the_hint_for_a_matrix_times_a_vector_says_what_is_summed(value: str, said: str) -> None:
    shapes = {"x": ("n", "m"), "w": ("m",)}
    chunk = Chunk("z", "z = x @ w", "x @ w", ("x", "w"), "(n,)")
    ((step,),) = ways(chunk, value, frozenset())
    assert said in " ".join(shape_sentences(step, "dz", shapes))


def test_shapes_that_do_not_meet_have_none() -> None:
    assert broadcast(("n", "1"), ("m",)) == ("n", "m")
    assert broadcast(("n", "k"), ("m",)) is None
    assert broadcast((), ("n",)) == ("n",)
    assert read_shape("batch size") is None
