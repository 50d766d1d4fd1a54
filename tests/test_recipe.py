"""A recipe's learning rates: shares of however many steps there are."""

import pytest

from grader.course.makemore import contexts
from grader.recipe import Recipe


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
