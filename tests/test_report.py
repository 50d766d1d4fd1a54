"""A report that was kept as JSON is the same report."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from grader.report import Diagnosis, Flag, GradientReport, Report, Stopped, Training
from grader.syntax.cells import Place

GRADIENT = GradientReport(
    "probs", "wrong", False, True, 0.5, (32, 27), (1, 27), 7,
    Diagnosis("wrong-factor", "Twice.", {"factor": 2.0}),
    {"index": [1, 2], "yours": 0.1, "expected": 0.2}, True, False,
)  # fmt: skip
EMPTY = replace(GRADIENT, name="logits", verdict="missing", shape=None, line=None, diagnosis=None,
                maxdiff=None, worst=None)  # fmt: skip
WHOLE = Report(
    "exercise1", "a.py", False, {"seed": 1}, (GRADIENT, EMPTY), (Flag("odd", "Odd."),), "a.py: no",
    Training(2, (1.0, 0.5), (1.0, 0.5), True, None), stopped=Stopped(9, "x = 1 / 0"),
    ended="garbled",
)  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [
        lambda report: report,
        lambda report: replace(report, training=None, stopped=None, error=None, flags=()),
    ],
)
def test_a_file_s(change: Callable[[Report], Report]) -> None:
    report = change(WHOLE)
    assert Report.from_json(json.loads(json.dumps(report.as_json()))) == report


def test_a_notebook_s_lines_keep_their_order_and_places() -> None:
    late = replace(GRADIENT, line=40, place=Place(1, "dprobs = 1", 9, 12))
    early = replace(GRADIENT, name="counts", line=30, place=Place(5, "dcounts = 1", 3))
    stopped = Stopped(35, "x", Place(2, "x", 8))
    report = replace(WHOLE, gradients=(late, early), stopped=stopped)
    read = Report.from_json(report.as_json())
    assert read.as_json() == report.as_json()
    assert read.first_own_error is not None and read.first_own_error.where == "cell 3 line 5"
    assert read.stopped_first is None
    assert replace(read, gradients=read.gradients[:1]).stopped_first == read.stopped
