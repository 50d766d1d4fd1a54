"""What a child is asked further: only what the isolated runs leave open."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from grader.process.attempt import Attempt
from grader.report import Report
from grader.workspace import kit

USUAL = 6  # four calls as it is written, two of each line alone
LINE = "    dhpreact = (1.0 - h**2) * dh\n"
LOGITS = "    dlogits = dnorm_logits.clone()\n"


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[None]]:
    made: list[None] = []
    ask = Attempt.ask

    def counted(attempt: Attempt, *request: Any) -> Any:
        made.append(None)
        return ask(attempt, *request)

    monkeypatch.setattr(Attempt, "ask", counted)
    yield made


@pytest.mark.parametrize(
    ("line", "instead", "further"),
    [
        (LINE, LINE, 0),
        # Once more in float32, for what is right by itself below the wrong line.
        (LINE, LINE.replace("dh\n", "dh * 3.0\n"), 1),
        (LINE, LINE.replace("dh\n", "dh / n\n"), 1),
        (LINE, LINE.replace("dh\n", "-dh\n"), 1),
        # A multiple only of one of two contributions; another formula: which gradients it uses is
        # tried, and what it gives without stand-ins.
        (LOGITS, LOGITS.replace("dnorm", "2 * dnorm"), 7),
        (LINE, LINE.replace("h**2", "h"), 4),
    ],
)
def test_a_line_that_is_a_multiple_of_its_chunks_is_asked_nothing_further(
    line: str,
    instead: str,
    further: int,
    grade_text: Callable[..., Report],
    calls: list[None],
) -> None:
    source = kit.solution_source("exercise1")
    assert source.count(line) == 1
    assert grade_text(source).passed  # from then on torch's gradients are known
    calls.clear()
    report = grade_text(source.replace(line, instead))
    first = report.first_own_error
    assert (first is None) == (line == instead)
    assert first is None or first.label == line.split()[0]
    assert len(calls) == USUAL + further
