"""Calls to type: never broken, beside what they do where there is room, above it where not."""

import pytest
from rich.console import Console, RenderableType

from grader.render.calls import CallAfter, Calls

CALL = "grade exercise1 --submission 'my long answer.py' --seed 5"
TWO = Calls((("grade a", "what a does"), ("grade longer", "what it does")))


def lines(view: RenderableType, width: int) -> list[str]:
    console = Console(width=width, highlight=False)
    with console.capture() as captured:
        console.print(view, crop=False)
    return captured.get().splitlines()


@pytest.mark.parametrize(
    ("width", "expected"),
    [
        (80, ["Next: run: " + CALL]),
        (68, ["Next: run: " + CALL]),
        (67, ["Next: run:", "      " + CALL]),
        (10, ["Next: run:", "      " + CALL]),
    ],
)
def test_a_call_stands_after_its_sentence_or_below_it(width: int, expected: list[str]) -> None:
    assert lines(CallAfter("Next: run: ", CALL), width) == expected


def test_control_characters_of_a_file_name_are_shown_as_text() -> None:
    assert lines(CallAfter("Next: ", "grade 'a\x1b[31m.py'"), 80) == ["Next: grade 'a\\x1b[31m.py'"]


def test_what_a_call_does_stands_beside_it() -> None:
    beside = ["      grade a       what a does", "      grade longer  what it does"]
    assert lines(TWO, 80) == beside
    assert lines(TWO, len(beside[1])) == beside


def test_or_below_it_where_a_line_is_too_short() -> None:
    assert lines(TWO, 31) == [
        "      grade a", "        what a does", "      grade longer", "        what it does",
    ]  # fmt: skip
