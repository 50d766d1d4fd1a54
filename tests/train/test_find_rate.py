"""The learning-rate finder's own arithmetic; the whole search is tried in tests/cli."""

import pytest

from grader.train.find_rate import lowest, spaced


def test_rates_are_evenly_spaced_in_their_exponent() -> None:
    rates = spaced(1e-3, 1.0, 4)
    assert rates == pytest.approx([0.001, 0.01, 0.1, 1.0])
    assert spaced(1e-3, 1.0, 1) == [1e-3]
    assert len(spaced(1e-3, 1.0, 1000)) == 1000


def test_a_single_lucky_batch_is_not_the_lowest() -> None:
    rates = spaced(1e-3, 1.0, 200)
    losses = [3.0 - at / 200 if at < 150 else 2.3 + (at - 150) / 20 for at in range(200)]
    losses[20] = 1.0
    found = lowest(rates, losses)
    assert found is not None
    assert abs(rates.index(found) - 150) <= 6
    assert lowest([], []) is None
