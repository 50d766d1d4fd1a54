"""The table of a report where there is little room."""

import pytest
from rich.console import Console

from grader.render.table import ReportTable
from grader.report import GradientReport, Report

WIDE = ["gradient", "exact", "approximate", "maxdiff", "verdict", "line"]
LOGITS = GradientReport("logits", "inherited", False, False, 2.5, (3, 4), (3, 4), 7, None)


@pytest.mark.parametrize(
    ("width", "left_out"),
    [
        (56, []),
        (55, ["approximate"]),
        (43, ["approximate"]),
        (42, ["approximate", "exact"]),
        (36, ["approximate", "exact"]),
        (35, ["approximate", "exact", "maxdiff"]),
        (9, ["approximate", "exact", "maxdiff"]),
    ],
)
def test_a_narrow_table_leaves_out_what_the_verdict_sums_up(
    width: int, left_out: list[str]
) -> None:
    report = Report("exercise2", "exercises/exercise2.py", False, {}, (LOGITS,))
    console = Console(width=width, highlight=False)
    with console.capture() as captured:
        console.print(ReportTable(report), crop=False)
    head, rule, row = captured.get().splitlines()
    assert head.split() == [column for column in WIDE if column not in left_out]
    assert len(rule) == len(head)
    assert (row.split()[0], row.split()[-2:]) == ("dlogits", ["inherited", "7"])
