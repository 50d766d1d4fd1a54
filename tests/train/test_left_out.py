"""Made-up names that insult are drawn again."""

import pytest

import grader.train.evaluate as evaluating
from grader.train.left_out import left_out


@pytest.mark.parametrize("name", ["ass", "Nazi", "shitra", "tit"])
def test_it_is_left_out(name: str) -> None:
    assert left_out(name)


@pytest.mark.parametrize("name", ["", "emma", "cassandra", "titus", "analise", "dickson"])
def test_a_name_that_only_has_such_letters_stays(name: str) -> None:
    assert not left_out(name)


def test_another_name_is_drawn_in_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter(["ass", "emma", "nazi", "olivia", "ava", "mia"])
    monkeypatch.setattr(evaluating, "_one_name", lambda *_: next(drawn))
    assert evaluating.sample(None, "", 1, 3) == ["emma", "olivia", "ava"]  # type: ignore[arg-type]


def test_a_network_that_draws_nothing_else_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluating, "_one_name", lambda *_: "ass")
    assert evaluating.sample(None, "", 1, 3) == []  # type: ignore[arg-type]
