"""Kinds: every exercise is of one, and what it declares fits it."""

import pytest

from grader.course import EXERCISES
from grader.course.exercise import load_exercise
from grader.kinds.drivers import DRIVERS


@pytest.mark.parametrize("name", EXERCISES)
def test_an_exercises_declarations_fit_its_kind(name: str) -> None:
    exercise = load_exercise(name)
    asked = set(exercise.gradients)
    assert exercise.kind.name in DRIVERS
    assert exercise.points == exercise.kind.plain_numbers
    assert len(asked) == len(exercise.gradients)
    assert exercise.values.keys() <= asked
    assert exercise.tolerance_scale.keys() <= asked
    assert exercise.slopes.keys() <= exercise.values.keys()
    assert bool(exercise.written_in) == exercise.kind.in_methods
    assert exercise.written_in.keys() <= asked
    for spoiled, others in exercise.depends_on.items():
        assert {spoiled, *others} <= asked


@pytest.mark.parametrize("name", EXERCISES)
def test_a_value_is_told_in_words_with_a_shape_before_them(name: str) -> None:
    exercise = load_exercise(name)
    for value, text in exercise.values.items():
        assert text.startswith("("), value
        assert exercise.asked_for(value)[0].isalnum(), value
        assert exercise.key(value) == value
    assert all(exercise.key(g) == f"d{g}" for g in exercise.gradients if g not in exercise.values)


def test_a_slope_is_of_a_chunk_in_an_input() -> None:
    exercise = load_exercise("warmup1")
    inputs = {item.name for item in exercise.forward_pass.inputs}
    for value, number in exercise.slopes.values():
        assert value in exercise.forward_pass.chunk
        assert number in inputs
