"""What is asked for and is no gradient has its own name everywhere, without a d."""

import pytest
from click.testing import CliRunner, Result

from grader.cli import main
from grader.report import Diagnosis, GradientReport, Report
from grader.workspace import kit
from grader.workspace.hint_state import note_grading

pytestmark = pytest.mark.usefixtures("folder")

TOO_SMALL = Diagnosis(
    "wrong-step", "Only rounding error is left of the difference: h is too small."
)


def grade(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def graded(folder: kit.Kit, verdict: str, diagnosis: Diagnosis | None = None) -> None:
    slope = GradientReport(
        "slope", verdict, False, verdict == "approximate", 0.0, (), (), 7, diagnosis, is_value=True
    )
    note_grading(folder, Report("warmup1", "exercises/warmup1.py", False, {}, (slope,)))


def test_a_value_has_the_hints_that_were_written_for_it() -> None:
    first, second = grade("hint", "warmup1", "slope"), grade("hint", "warmup1", "slope")
    assert first.stdout.startswith("slope, hint 1 of 3: the calculus\n")
    assert first.stdout.endswith("The next hint: grade hint warmup1 slope\n")
    assert second.stdout.startswith("slope, hint 2 of 3: ")
    last = grade("hint", "warmup1", "slope", "--rung", "3")
    assert last.stdout.endswith("The worked answer: grade solution warmup1 slope\n")


def test_its_mistake_comes_first(folder: kit.Kit) -> None:
    graded(folder, "wrong", TOO_SMALL)
    done = grade("hint", "warmup1")
    assert done.stdout.startswith("slope, hint 1 of 4: your line\n")
    assert "h is too small." in done.stdout
    assert "How to see it: Make h ten times smaller." in done.stdout


def test_what_is_right_is_said_under_its_own_name(folder: kit.Kit) -> None:
    graded(folder, "approximate")
    assert grade("hint", "warmup1", "slope").stdout.startswith("slope was right when it was last")
    assert grade("hint", "warmup1", "--rung", "1").stdout == "warmup1 has passed: there is " + (
        "nothing left to hint at.\n"
    )


def test_without_a_grading_the_first_value_is_the_example() -> None:
    assert grade("hint", "warmup1").stdout.endswith("grade hint warmup1 slope\n")


@pytest.mark.parametrize("command", ["hint", "solution"])
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("slop", "did you mean slope?"),
        ("dslope", "did you mean slope?"),
        ("dslope_b", "did you mean slope_b?"),
        ("dcurv", "did you mean dcurve?"),
        ("xyzzy", "There is: slope, slope_a, slope_b, slope_c, dtotal, "),
    ],
)
def test_near_names_are_offered_as_they_are_typed(command: str, typed: str, said: str) -> None:
    done = grade(command, "warmup1", typed)
    assert done.exit_code == 2
    assert said in done.stderr


def test_the_solution_of_a_value_is_shown_with_what_leads_to_it() -> None:
    done = grade("solution", "warmup1", "slope_b")
    code = [line for line in done.stdout.splitlines() if not line.startswith("#")]
    assert code == ["h = 1e-5", "slope_b = (a * (b + h) + c - d) / h"]


def test_a_gradient_beside_values_is_found_with_and_without_its_d() -> None:
    """`d` is a value of the forward pass, and dd its gradient."""
    for typed in ("d", "dd"):
        assert grade("solution", "warmup1", typed).stdout.endswith("dd = dratio / curve\n")
