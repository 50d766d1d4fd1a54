"""Notebooks that define `backward`, or the classes that an exercise asks for."""

import pytest

from tests.grading import grade
from tests.notebook_files import HEAD, WORKED, answer_cell, graded_cells, own_errors


def worked(exercise: str) -> str:
    return (WORKED / f"{exercise}.py").read_text(encoding="utf-8")


def in_parts(exercise: str) -> list[str]:
    return worked(exercise).split("\n\n\n")


AROUND = "import matplotlib.pyplot as plt\n%matplotlib inline\nwords = open('names.txt').read()"
AFTER = "plt.imshow(dlogits)\nlogits.retain_grad()\nassert backward(1)['dlogits'].shape == (32, 27)"


@pytest.mark.parametrize("exercise", ["exercise1", "exercise2", "warmup1", "warmup2", "warmup5"])
def test_what_is_defined_is_taken_out_and_no_other_cell_is_run(exercise: str) -> None:
    report = graded_cells(exercise, AROUND, *in_parts(exercise), AFTER)
    assert report.passed, report.error
    assert report.flags == ()


def test_what_it_needs_is_taken_too_and_the_cell_is_named() -> None:
    wrong = worked("exercise2").replace("/= n", "/= n\n    dlogits = twice(dlogits)")
    report = graded_cells(
        "exercise2", f"{HEAD}\nscale = 2.0", "def twice(x):\n    return x * scale", wrong
    )
    assert own_errors(report) == [("dlogits", "[3] line 12", "wrong", "wrong-factor")]


def test_a_method_of_a_class_is_named_at_its_cell() -> None:
    wrong = worked("warmup2").replace("+= other.data *", "= other.data *")
    report = graded_cells("warmup2", *wrong.split("\n\n\n"))
    first = report.first_own_error
    assert first is not None
    assert first.place is not None
    assert "self.grad = other.data *" in first.place.source


def test_a_line_that_raises_is_named_at_its_cell() -> None:
    report = graded_cells("exercise2", HEAD, worked("exercise2").replace("/= n", "/= m"))
    assert report.error is not None
    assert "[2] line 11: NameError: name 'm' is not defined" in report.error


def test_a_definition_that_is_written_anew_takes_the_place_of_the_first() -> None:
    first = worked("exercise2").replace("/= n", "/= 7")
    assert graded_cells("exercise2", HEAD, first, worked("exercise2")).passed


def test_a_backward_of_something_else_is_a_function_like_any_other() -> None:
    report = graded_cells(
        "exercise1", HEAD, "def backward(g):\n    return g @ W2.T",
        answer_cell(dh="dh = backward(dlogits)"),
    )  # fmt: skip
    assert report.passed, report.error


def test_a_grad_in_a_file_gets_a_sentence() -> None:
    source = worked("exercise1").replace("dh = dlogits @", "dh = logits.grad @")
    said = "reads `logits.grad`, which is always None here: forward values are plain tensors, "
    said += "without a graph. Write `dlogits`, the gradient that you derived."
    assert [flag.message for flag in grade("exercise1", source).flags] == [f"Line 26 {said}"]
    in_a_notebook = graded_cells("exercise1", HEAD, source)
    assert [flag.message for flag in in_a_notebook.flags] == [f"[2] line 26 {said}"]


def test_nothing_that_is_asked_for_is_said_in_one_sentence() -> None:
    report = graded_cells("warmup2", HEAD)
    assert report.error is not None
    assert report.error.endswith("it defines nothing that warmup2 asks for (`Value`).")
