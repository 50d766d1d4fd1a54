"""Text on a screen of so many columns."""

import io

import pytest

from grader.cli.paragraphs import cut_to_screen


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_line_is_cut_on_a_terminal_and_whole_in_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "12")
    assert cut_to_screen("twelve chars", Terminal()) == "twelve chars"
    assert cut_to_screen("thirteen char", Terminal()) == "thirteen ..."
    assert cut_to_screen("thirteen char", io.StringIO()) == "thirteen char"
