"""The chart of a learning-rate search: columns of its losses, on any terminal."""

import io

import pytest
from rich.console import Console

from grader.render.rates import COLUMNS, rates_view
from grader.report import RateSearch


def search(count: int = 1000) -> RateSearch:
    """Losses that fall from 3 to 2 up to a rate of 0.1 and rise to 9 at 1."""
    exponents = [-3 + 3 * at / max(count - 1, 1) for at in range(count)]
    losses = [3 - (x + 3) / 2 if x < -1 else 2 + 7 * (x + 1) for x in exponents]
    return RateSearch(tuple(10**x for x in exponents), tuple(losses), 0.1)


def lines(found: RateSearch, encoding: str = "utf-8", width: int = 80) -> list[str]:
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    Console(file=stream, width=width, highlight=False).print(rates_view(found, 0.1))
    stream.seek(0)
    return stream.read().splitlines()


def heights(shown: list[str]) -> list[int]:
    """How many rows each column reaches into."""
    rows = [line[9:].ljust(COLUMNS) for line in shown[1:11]]
    return [sum(row[column] != " " for row in rows) for column in range(COLUMNS)]


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "latin-1"])
def test_the_columns_follow_the_losses(encoding: str) -> None:
    shown = lines(search(), encoding)
    assert shown[0] == "The loss at 1,000 learning rates, one step with each:"
    columns = heights(shown)
    lowest = columns.index(min(columns))
    assert 2 / 3 * COLUMNS - 8 < lowest < 2 / 3 * COLUMNS + 2  # two of three decades
    assert columns[:lowest] == sorted(columns[:lowest], reverse=True)
    assert columns[-1] == 10  # what blows up is cut at the top, and leaves the rest to be seen
    assert columns[0] >= 7
    assert min(columns) == 1
    assert shown[-2:] == ["The loss is lowest at a rate of 0.1.", "--train starts with 0.1."]


def test_powers_of_ten_stand_under_their_columns() -> None:
    axis = lines(search())[11]
    assert axis.index("0.001") == 9
    assert abs(axis.index("0.01 ") - 9 - COLUMNS / 3) <= 1
    assert abs(axis.index("0.1") - 9 - 2 * COLUMNS / 3) <= 1


def test_ascii_where_the_encoding_has_no_blocks() -> None:
    assert "█" in "".join(lines(search()))
    for encoding in ("ascii", "latin-1"):
        assert "".join(lines(search(), encoding)).isascii()


@pytest.mark.parametrize("width", [60, 80, 200])
@pytest.mark.parametrize("count", [1, 2, 40, 1000])
def test_it_fits_and_lines_end_in_no_space(width: int, count: int) -> None:
    for line in lines(search(count), width=width)[1:12]:
        assert len(line) <= width
        assert line == line.rstrip()


def test_a_search_that_found_nothing_is_no_chart() -> None:
    shown = lines(RateSearch((), (), None))
    assert shown[1:] == ["--train starts with 0.1."]
