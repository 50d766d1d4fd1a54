"""What a submission prints is shown, once, cut and harmless, however it is printed."""

from collections.abc import Callable

import pytest

from grader.report import Report
from tests.worked import rewritten

Grade = Callable[..., Report]
TOP = "import torch.nn.functional as F\n"


def printing(statement: str) -> str:
    """The worked answer of exercise2 with a statement at its top."""
    return rewritten("exercise2", (TOP, f"{TOP}import os, sys\n{statement}\n"))


PRINTS = {
    "print": "print('said')",
    "without a newline": "print('said', end='')",
    "the original stdout": "sys.__stdout__.write('said'); sys.__stderr__.write('more')",
    "the descriptor": "os.write(1, b'said'); os.write(2, b'more')",
    "a stream of its own": "open(1, 'w', closefd=False).write('said')",
    "then lost": "print('said'); sys.stdout = sys.stderr = None",
}


@pytest.mark.parametrize("what", PRINTS)
def test_what_is_printed_is_shown_once(what: str, grade_text: Grade) -> None:
    report = grade_text(printing(PRINTS[what]), "exercise2")
    assert report.passed, report.error
    assert report.output.count("said") == 1


def test_a_megabyte_of_prints_is_cut(grade_text: Grade) -> None:
    source = printing("print('\\x1b]0;title\\x07' + 'y' * 1_000_000)")
    report = grade_text(source, "exercise2")
    assert report.passed
    assert report.output.startswith("\\x1b]0;title\\x07yyy")
    assert len(report.output) < 21_000
    assert "more bytes were printed]" in report.output
