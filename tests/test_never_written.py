"""A notebook's lines that read a gradient which no cell writes: each is judged alone."""

from pathlib import Path
from typing import TYPE_CHECKING

from grader.cli.submissions import wanted_of
from grader.course.exercise import load_exercise
from grader.syntax.cells import Cell
from grader.syntax.notebook import Notebook
from tests.grading import grade_submission

if TYPE_CHECKING:
    from grader.report import Report


def graded(exercise: str, *sources: str, alone: bool = False) -> "Report":
    cells = tuple(Cell(source, number, number) for number, source in enumerate(sources, 1))
    notebook = Notebook(Path("n.ipynb"), cells, alone=cells[-1] if alone else None)
    return grade_submission(exercise, notebook.submission(wanted_of(load_exercise(exercise))))


def verdicts(report: "Report") -> dict[str, str]:
    return {g.label: g.verdict for g in report.gradients if g.verdict != "missing"}


def test_the_right_ones_are_inherited_and_the_wrong_ones_named() -> None:
    report = graded("exercise1", "db2 = dlogits.sum(0)\ndh = dlogits @ W2\ndW2 = h.T @ dlogits")
    assert verdicts(report) == {"dh": "errored", "dW2": "inherited", "db2": "inherited"}
    assert not report.passed
    assert str(report.first_own_error and report.first_own_error.place) == "[1] line 2"


def test_the_gradient_that_is_read_is_missing() -> None:
    report = graded("exercise1", "db2 = dlogits.sum(0)")
    assert report.error is None
    assert report.score == 1.0
    assert verdicts(report) == {"db2": "inherited"}


def test_another_cells_gradient_is_read_as_it_is_written_there() -> None:
    earlier = "dlogprobs = torch.zeros_like(logprobs)\ndlogprobs[range(n), Yb] = -1.0 / n"
    report = graded("exercise1", earlier, "dprobs = dlogprobs / probs", alone=True)
    assert verdicts(report) == {"dlogprobs": "exact", "dprobs": "exact"}


def test_of_a_cell_alone_only_its_own_lines_and_what_they_read_count() -> None:
    earlier = "db2 = 3\ndprobs = 0 * probs\ntwo = 2"
    report = graded("exercise1", earlier, "dprobs = two * dlogprobs / probs / 2", alone=True)
    assert verdicts(report) == {"dprobs": "inherited"}


def test_what_a_cell_adds_to_is_begun_in_another() -> None:
    earlier = "dcounts = counts_sum_inv * dprobs\ndprobs = torch.zeros_like(probs)"
    report = graded("exercise1", earlier, "dcounts += dcounts_sum", alone=True)
    assert verdicts(report)["dcounts"] == "inherited"
    assert "dcounts_sum" not in verdicts(report)


def test_plain_numbers_have_no_stand_in() -> None:
    report = graded("warmup1", "dcubed = dtotal")
    assert verdicts(report)["dcubed"] == "errored"
