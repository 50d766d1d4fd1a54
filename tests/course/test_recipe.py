"""A recipe: learning rates over however many steps there are, and what the docs say of each."""

import re
from math import isclose
from pathlib import Path

import pytest

from grader.course import EXERCISES
from grader.course.exercise import load_exercise
from grader.course.makemore import contexts
from grader.course.recipe import Recipe


@pytest.mark.parametrize(
    ("shares", "steps", "counts"),
    [
        (((1.0, 0.1),), 4, [4]),
        (((0.5, 0.1), (0.5, 0.01)), 4, [2, 2]),
        (((0.5, 0.1), (0.5, 0.01)), 5, [2, 3]),
        (((0.5, 0.1), (0.5, 0.01)), 1, [0, 1]),
        (((0.1, 0.1), (0.2, 0.05), (0.7, 0.01)), 10, [1, 2, 7]),
    ],
)
def test_each_rate_has_its_share_of_the_steps(
    shares: tuple[tuple[float, float], ...], steps: int, counts: list[int]
) -> None:
    recipe = Recipe(("W",), contexts, steps=1, rates=shares)
    rates = list(recipe.rates_of(steps))
    assert len(rates) == steps
    for done in range(steps + 1):
        assert list(recipe.rates_of(steps, done)) == rates[done:]
    assert [rates.count(rate) for _, rate in shares] == counts
    assert rates == sorted(rates, reverse=True)


TRAINED = [name for name in EXERCISES if load_exercise(name).recipe is not None]
DOC = (Path(__file__).parent.parent.parent / "docs" / "training.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", TRAINED)
def test_every_recipe_fits_its_exercise_and_its_row_in_the_docs(name: str) -> None:
    exercise = load_exercise(name)
    recipe = exercise.recipe
    assert recipe is not None
    inputs = {item.name for item in exercise.forward_pass.inputs}
    assert set(recipe.trained) <= set(exercise.gradients) & inputs
    assert set(recipe.settings) <= inputs
    assert set(recipe.sizes) <= set(exercise.sizes)
    assert set(recipe.statistics) <= set(exercise.forward_pass.chunk)
    assert isclose(sum(share for share, _ in recipe.rates), 1.0)
    first, last = recipe.search
    assert first < recipe.rates[0][1] < last
    rows = re.findall(rf"^\| `{name}` \|.*", DOC, re.MULTILINE)
    assert len(rows) == 3  # losses, names, sizes
    assert f"| {recipe.steps:,} |" in rows[0]
    assert ", ".join(f"{rate:g}" for _, rate in recipe.rates) in rows[2]
