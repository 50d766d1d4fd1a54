"""grade derivation: the formula of a one-step exercise, from its forward pass on."""

import pytest
from click.testing import CliRunner, Result

from grader.cli import main
from grader.course.derivation import DERIVED
from grader.workspace import kit
from tests.cli.test_pager import said_by

ANSWERS = {
    "exercise2": "dlogits[range(n), Yb] -= 1",
    "exercise3": "- dhpreact.sum(0)",
    "exercise7": "dmasked = att * (datt - (att * datt).sum(3, keepdim=True))",
}


def grade(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


@pytest.mark.parametrize("exercise", DERIVED)
def test_a_pipe_gets_it_with_the_lines_of_the_worked_answer(exercise: str) -> None:
    done = grade("derivation", exercise)
    assert done.exit_code == 0 and done.stdout.startswith("# ")
    assert ANSWERS[exercise] in done.stdout and "```answer" not in done.stdout
    assert ANSWERS[exercise] in grade("derivation", exercise, "--latex").stdout


def test_latex_is_a_document() -> None:
    said = grade("derivation", "exercise2", "--latex").stdout
    assert said.startswith("\\documentclass{article}\n")
    assert r"\frac{\partial L}{\partial z_{ij}} &= \frac{p_{ij} - [j = y_{i}]}{n}" in said


def test_an_exercise_without_one_is_told_which_have_one() -> None:
    done = grade("derivation", "exercise1")
    assert (done.exit_code, done.stdout) == (2, "")
    there_are = "there is one for exercise2, exercise3, exercise7."
    assert done.stderr == f"Error: exercise1 has no derivation; {there_are}\n"


def test_a_terminal_asks_before_the_exercise_has_passed(folder: kit.Kit) -> None:
    asked = said_by(40, "derivation", "exercise2", typed="n\n", status=1)
    assert "exercise2 has not passed yet. Show the derivation? [y/N]" in asked
    assert "The forward pass" not in asked
    assert "The forward pass" in said_by(40, "derivation", "exercise2", "--yes")
    stub = folder.stub("exercise2")
    stub.write_text(kit.solution_source("exercise2"), encoding="utf-8")
    folder.note_progress("exercise2", {"passed": True, "score": 1.0, "max_score": 1.0})
    assert "The forward pass" in said_by(40, "derivation", "exercise2")
