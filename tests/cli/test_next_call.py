"""What `grade` says last: the call to run next, and a line for each exercise."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.cli import grading, main
from grader.workspace import kit
from tests.worked import rewritten

pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")

NAME = "my answer.py"


@pytest.mark.parametrize(
    ("typed", "repeated"),
    [
        (("--submission", NAME), f"--submission '{NAME}'"),
        (
            ("--timeout", "3", "--submission", NAME, "--seed", "5", "--strict", "--native"),
            f"--submission '{NAME}' --seed 5 --native --strict --timeout 3.0",
        ),
        (("--submission", NAME, "--json", "r.json", "--trace"), f"--submission '{NAME}'"),
    ],
)
def test_the_next_call_repeats_the_options_that_decide(
    typed: tuple[str, ...], repeated: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / NAME).write_text(rewritten("exercise2", ("-= 1", "-= 2")))
    done = CliRunner(env={"COLUMNS": "80"}).invoke(main, ["exercise2", *typed], prog_name="grade")
    assert done.exit_code == 1, done.output
    assert done.stdout.split("then run:")[1].split("\n      grade hint")[0].strip() == (
        f"grade exercise2 {repeated}"
    )


def test_grade_all_tells_what_is_not_started_from_what_is_not_passed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kit.lay_out(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(grading, "EXERCISES", ("exercise2", "exercise3"))
    (tmp_path / "exercises" / "exercise3.py").write_text(
        rewritten("exercise3", ("n / (n - 1)", "1"))
    )
    done = CliRunner(env={"COLUMNS": "80"}).invoke(main, ["all"])
    assert done.stdout.splitlines() == [
        "exercise2   not started    0/1  Cross-entropy in one step",
        "exercise3   not yet        0/1  first error: dhprebn",
    ]
