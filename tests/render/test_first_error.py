"""What the terminal says of the first own error: what it is, what else it may be, where to go."""

from dataclasses import replace

import pytest
from rich.console import Console

from grader.course.exercise import load_exercise
from grader.render.first_error import first_told
from grader.render.terminal import report_view
from grader.report import Diagnosis, GradientReport, Report

WRONG = GradientReport(
    "logits", "wrong", False, False, 2.5, (32, 27), (32, 27), 7, None,
    worst={"index": [3, 4], "yours": 0.5, "expected": -0.25},
)  # fmt: skip
FACTOR = Diagnosis("wrong-factor", "A factor is off.")
HIDDEN = "The columns say True only because the error happens to be 0 in this network"
COARSE = "It says True only because float32 is coarse"


def view(*gradients: GradientReport, error: str | None = None) -> str:
    report = Report("exercise2", "exercises/exercise2.py", False, {}, gradients, error=error)
    console = Console(width=80, highlight=False)
    with console.capture() as captured:
        console.print(report_view(report, load_exercise("exercise2")))
    assert max(map(len, captured.get().split("\n"))) <= 80
    return captured.get()


def test_what_no_mistake_fits_shows_chunk_shape_and_the_entry_furthest_off() -> None:
    said = " ".join(view(WRONG).split())
    assert "loss = F.cross_entropy(logits, Yb)" in said
    assert (
        "This matches no known mistake. Its shape is right, (32, 27); furthest off at [3, 4]: "
        "yours 0.5, expected -0.25." in said
    )
    assert "grade explain" not in said


def test_a_diagnosis_leads_to_its_page() -> None:
    said = view(replace(WRONG, diagnosis=FACTOR))
    assert "  A factor is off.\n" in said
    assert "No known mistake" not in said
    assert "It could also be" not in said
    assert "\n      grade hint exercise2 dlogits  " in said
    assert "\n      grade explain wrong-factor    " in said


def test_other_mistakes_that_fit_are_named() -> None:
    also = replace(FACTOR, evidence={"also_fits": ["mean-for-sum", "transposed"]})
    said = view(replace(WRONG, diagnosis=also))
    assert "another mistake (mean-for-sum): A mean where a sum is needed." in said
    assert "another mistake (transposed): The gradient is transposed." in said


@pytest.mark.parametrize(
    ("mistake", "worst", "why"),
    [
        (None, None, HIDDEN),
        ("contribution-missing", None, HIDDEN),
        ("eps-left-out", WRONG.worst, COARSE),
        ("hard-coded-size", None, None),
        ("memorised-numbers", WRONG.worst, None),
        ("missing-clone", None, None),
    ],
)
def test_a_wrong_gradient_that_reads_true_is_told_why(
    mistake: str | None, worst: dict[str, object] | None, why: str | None
) -> None:
    found = None if mistake is None else Diagnosis(mistake, "It is so.")
    gradient = replace(WRONG, approximate=True, worst=worst, diagnosis=found)
    said = " ".join(view(gradient).split())
    assert [text for text in (HIDDEN, COARSE) if text in said] == ([why] if why else [])


def test_what_reads_false_needs_no_such_word() -> None:
    assert "It says True" not in view(WRONG)


def test_exact_given_a_true_upstream_is_a_footnote() -> None:
    rounded = replace(WRONG, verdict="approximate", approximate=True, own_exact=True)
    note = "* exact, given the right upstream gradient."
    assert " approximate * " in view(rounded)
    assert note in view(rounded)
    assert note not in view(replace(rounded, own_exact=False))
    assert note not in view(replace(rounded, verdict="exact", exact=True))


def test_where_nothing_could_be_read_no_line_is_hinted_at() -> None:
    unread = replace(WRONG, verdict="errored", shape=None, maxdiff=None, worst=None)
    assert "grade hint" not in view(unread, error="exercise2.py: no function `backward`.")
    assert "grade hint" in view(replace(unread, verdict="missing"))


@pytest.mark.parametrize(
    ("exercise", "name", "said"),
    [
        ("warmup2", "doubled", "ddoubled (self.grad in __add__), line 7, is wrong."),
        ("warmup2", "graphs", "graphs (Value.backward), line 7, is wrong."),
        ("warmup5", "h", "dh (the result of Linear.backward), line 7, is wrong."),
        ("exercise2", "logits", "dlogits, line 7, is wrong."),
    ],
)
def test_of_a_class_it_says_in_which_method(exercise: str, name: str, said: str) -> None:
    gradient = replace(WRONG, name=name, is_value=name == "graphs")
    told = first_told(
        Report(exercise, "answer.py", False, {}, (gradient,)), load_exercise(exercise)
    )
    assert told is not None
    assert f"{told.label}{told.rest}" == said


def test_a_row_with_a_label_of_its_own_has_its_method_in_it() -> None:
    gradient = replace(WRONG, name="squared", shown_as="self.grad in __mul__")
    report = Report("warmup2", "answer.py", False, {}, (gradient,))
    told = first_told(report, load_exercise("warmup2"))
    assert told is not None
    assert f"{told.label}{told.rest}" == "self.grad in __mul__, line 7, is wrong."
