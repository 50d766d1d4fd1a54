"""The counting model's famous bug, and its neighbours."""

import pytest

from tests.worked import rewritten

DUE = "P = (N + 1) / (N + 1).sum(1, keepdim=True)"


@pytest.mark.parametrize(
    ("line", "columns"),
    [
        ("P = (N + 1) / (N + 1).sum(1)", False),
        ("P = (N + 1) / (N + 1).sum(0)", True),
        ("P = (N + 1) / (N + 1).sum(0, keepdim=True)", True),
    ],
)
def test_a_row_of_sums_for_a_column_is_named(grade_text, line, columns):
    report = grade_text(rewritten("warmup3", (DUE, line)), "warmup3")
    first = report.first_own_error
    assert (first.name, first.label, first.verdict) == ("P", "P", "wrong")
    assert first.diagnosis.mistake == "row-for-column"
    assert first.diagnosis.evidence["columns"] is columns
    assert [g.name for g in report.gradients if not g.passes] == ["P"]


@pytest.mark.parametrize(
    "line",
    [
        "P = (N + 2) / (N + 2).sum(1, keepdim=True)",
        "P = (N + 1) / (N + 1).sum()",
        "P = N + 1.0",
    ],
)
def test_another_mistake_is_not_taken_for_it(grade_text, line):
    first = grade_text(rewritten("warmup3", (DUE, line)), "warmup3").first_own_error
    assert first.name == "P"
    assert first.diagnosis is None or first.diagnosis.mistake != "row-for-column"


@pytest.mark.parametrize(
    "line",
    [
        "P = (N + 1) / (N + 1).sum(1)[:, None]",
        "P = (N.float() + 1) / (N.float() + 1).sum(1).unsqueeze(1)",
        "P = torch.nn.functional.normalize((N + 1).float(), p=1, dim=1)",
    ],
)
def test_other_ways_to_the_same_table_pass(grade_text, line):
    assert grade_text(rewritten("warmup3", (DUE, line)), "warmup3").passed
