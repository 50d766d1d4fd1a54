"""What ends the code, or fails for other inputs only, is always named by its line."""

import re

import pytest

from grader.cli.grading import summary_line
from grader.course.exercise import load_exercise
from grader.render.html import report_html
from grader.render.terminal import console, report_view
from grader.report import Report
from tests.grading import grade, trial
from tests.notebook_files import HEAD, WORKED, answer_cell, graded_cells, own_errors

SOURCE = (WORKED / "exercise1.py").read_text(encoding="utf-8")
FIRST, MIDDLE, LAST = "    # The mean over", "    dh = dlogits", "    return locals()"


def with_line(line: str, before: str, source: str = SOURCE) -> str:
    assert source.count(before) == 1
    return source.replace(before, f"    {line}\n{before}")


def shown(report: Report) -> str:
    terminal = console()
    with terminal.capture() as captured:
        terminal.print(report_view(report, load_exercise(report.exercise)))
    return captured.get()


@pytest.mark.parametrize(
    ("before", "line", "row"),
    [(FIRST, 10, "  dlogprobs"), (MIDDLE, 26, "  dh"), (LAST, 51, "")],
)
@pytest.mark.parametrize("text", ["print(foo)", "kept = foo.shape"])
def test_a_line_that_raises_and_writes_no_gradient_has_the_arrow(
    text: str, before: str, line: int, row: str
) -> None:
    report = grade("exercise1", with_line(text, before))
    assert own_errors(report) == []
    assert (report.score, report.passed) == (26, False)
    assert report.as_json()["stopped"] == {"line": line, "text": text, "how": "raised"}
    assert not report.unread
    said = shown(report)
    assert re.search(rf"\n> {re.escape(text)} +- +- +- +raised +{line}\n{row}", said), said
    assert f"First error: line {line} raises, and writes no gradient.\n" in said
    assert f"\n  Yours: {text}\n  Correct that line, or take it out.\n" in said
    assert "Next: fix that line, then run:" in said
    page = report_html(report, load_exercise("exercise1"))
    assert f'<th scope="row">{text}</th>' in page
    assert f"<b>First error:</b> <code><b>line {line}</b></code> raises, and writes" in page
    assert f"first error: line {line}" in summary_line(report, load_exercise("exercise1"))


def test_an_error_above_it_has_the_arrow() -> None:
    source = with_line("print(foo)", MIDDLE).replace("dprobs = (1.0", "dprobs = (2.0")
    report = grade("exercise1", source)
    assert report.stopped is not None
    assert report.stopped_first is None
    assert "\n> dprobs" in shown(report)
    below = grade("exercise1", source.replace("(2.0", "(1.0").replace("h.T @", "-h.T @"))
    assert below.stopped_first is not None
    assert own_errors(below) == [("dW2", "28", "wrong", "sign-flipped")]


def test_a_gradients_own_line_that_raises_is_shown_by_its_row() -> None:
    report = grade("exercise1", SOURCE.replace("dlogits @ W2.T", "dlogits @ W3.T"))
    assert report.stopped is None
    assert [error[0] for error in own_errors(report)] == ["dh"]


def test_in_a_notebook_it_is_named_by_its_cell() -> None:
    report = graded_cells(
        "exercise1",
        HEAD,
        "k = len(words_that_are_not)",
        answer_cell(dh="dh = dlogits @ W2.T * k / k"),
    )
    assert report.stopped is not None
    assert report.stopped.where == "[2] line 1"
    assert "> k = len(words_t..." in shown(report)
    assert report.as_json()["stopped"]["cell"]["cell"] == 2


# What holds for the inputs that are shown, and not for others.

CLASS = int(trial("exercise1").scope["Yb"][5])
BOUND = {
    "an assert of a shape": ("assert dh.shape == (32, 64)", LAST, "dh", "hard-coded-size"),
    "an assert at the head": ("assert n == 32", FIRST, "dlogprobs", "hard-coded-size"),
    "a reshape that is thrown away": ("demb.reshape(96, 10)", LAST, "demb", "hard-coded-size"),
    "a row that others have not": ("last = Xb[31]", LAST, "dC", "hard-coded-size"),
    "an assert of a number": (f"assert Yb[5] == {CLASS}", LAST, "dC", "memorised-numbers"),
}


@pytest.mark.parametrize("what", BOUND)
def test_a_line_that_raises_for_other_inputs_only_is_named(what: str) -> None:
    line, before, gradient, mistake = BOUND[what]
    source = with_line(line, before)
    at = next(number for number, text in enumerate(source.split("\n"), 1) if line in text)
    report = grade("exercise1", source)
    assert own_errors(report) == [(gradient, str(at), "wrong", mistake)]
    assert report.score == 25


# A notebook's: no statement runs that makes no gradient, so it is said instead.

CHECKS = ["assert dh.shape == (32, 64)", "demb.reshape(96, 10)", "assert (dC.shape[0]) == 27, 'C'"]


@pytest.mark.parametrize("check", CHECKS)
def test_a_check_of_a_size_in_a_notebook_is_said_and_left_out(check: str) -> None:
    report = graded_cells("exercise1", HEAD, answer_cell(), f"# a check\n{check}\ndh.shape, dC")
    assert report.passed
    assert [(flag.flag, flag.message) for flag in report.flags] == [
        ("hard-coded-size",
         f"[3] line 2 is left out, for it makes no gradient: `{check}`. It holds for the lecture's "
         "sizes only; other sizes are tried here.")
    ]  # fmt: skip


@pytest.mark.parametrize(
    "check",
    ["assert dh.shape == h.shape", "dh.reshape(-1)", "dh.shape", "dC[0]", "print(dh[3, 4])",
     "dh.sum(1)", "x = dh[32]"],
)  # fmt: skip
def test_a_look_at_a_gradient_is_nothing_to_talk_of(check: str) -> None:
    assert graded_cells("exercise1", HEAD, answer_cell(), check).flags == ()


def test_a_check_inside_a_loop_that_makes_a_gradient_is_named_at_its_line() -> None:
    cell = answer_cell() + "\n        assert demb.shape == (32, 3, 10)"
    report = graded_cells("exercise1", HEAD, cell)
    assert own_errors(report) == [("dC", "[2] line 34", "wrong", "hard-coded-size")]
