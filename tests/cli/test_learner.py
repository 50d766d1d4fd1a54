"""grade list, solution, reset, init: what they print, keep and refuse."""

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from grader.cli import main
from grader.cli.grading import note_progress
from grader.course import EXERCISES
from grader.course.exercise import load_exercise
from grader.report import Report
from grader.workspace import kit

pytestmark = pytest.mark.usefixtures("folder")


def grade(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def test_list_shows_every_exercise_and_how_far_one_is(folder: kit.Kit) -> None:
    reached = {
        "exercise1": {"passed": False, "score": 24.0, "max_score": 26.0},
        "exercise2": {"passed": True, "score": 1.0, "max_score": 1.0},
    }
    (folder.root / ".handgrad").mkdir()
    (folder.root / ".handgrad" / "progress.json").write_text(json.dumps(reached))
    done = grade("list")
    assert done.exit_code == 0
    path, begin = done.stdout.split("\n\n")
    heads = [line for line in path.splitlines() if not line.startswith(" ")]
    assert [line.split()[0] for line in heads] == list(EXERCISES)
    heads = heads[EXERCISES.index("exercise1") :]
    assert re.match(
        r"exercise1 +24 of 26 +Backprop through every chunk \(after warmup4\)$", heads[0]
    )
    assert re.match(r"exercise2 +passed +Cross-entropy in one step \(after exercise1\)$", heads[1])
    assert re.match(r"exercise3 +not started +BatchNorm in one step \(after exercise1\)$", heads[2])
    assert f"\n{' ' * 26}(after exercise2, exercise3)\n" in path
    assert begin.startswith(f"Start with {EXERCISES[0]}, or with exercise1 if you come from the")
    assert "grade lesson EXERCISE" in begin
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert "from the loss back to the embedding table" not in " ".join(path.split())


def test_at_length_the_list_says_what_each_teaches(folder: kit.Kit) -> None:
    words = " ".join(grade("list", "--long").stdout.split())
    for name in EXERCISES:
        assert load_exercise(name).teaches in words


def test_a_narrow_list_has_its_texts_below_the_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "50")
    said = grade("list").stdout
    assert max(map(len, said.splitlines())) <= 50
    assert (
        "\nexercise4   not started\n    Put together: train with your own gradients\n"
        "    (after exercise2, exercise3)\n"
    ) in said


def test_list_works_where_there_is_no_kit(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    monkeypatch.setattr(kit, "ORIGIN", outside)
    monkeypatch.chdir(outside)
    done = grade("list")
    assert done.exit_code == 0
    assert done.stdout.count("not started") == len(EXERCISES)


def test_solution_prints_the_worked_answer(folder: kit.Kit) -> None:
    done = grade("solution", "exercise3")
    assert done.exit_code == 0
    assert done.stdout == (folder.root / "solutions" / "exercise3.py").read_text()


@pytest.mark.parametrize("typed", ["counts", "dcounts"])
def test_solution_of_one_gradient(typed: str) -> None:
    done = grade("solution", "exercise1", typed)
    assert done.exit_code == 0
    assert done.stdout == (
        "# counts is used twice: in probs and in counts_sum.\n"
        "dcounts = counts_sum_inv * dprobs\n"
        "dcounts += torch.ones_like(counts) * dcounts_sum\n"
    )


def test_on_a_terminal_the_answer_is_asked_for_twice(folder: kit.Kit) -> None:
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-m", "grader", "solution", "exercise2"],
        stdin=theirs, stdout=theirs, stderr=theirs, cwd=folder.root,
    )  # fmt: skip
    os.close(theirs)
    os.write(ours, b"n\n")
    said = b""
    while piece := _read(ours):
        said += piece
    os.close(ours)
    assert child.wait() == 1
    assert b"exercise2 has not passed yet. Show the worked answer? [y/N]" in said
    assert b"softmax" not in said


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 4096)
    except OSError:  # a terminal whose other end is closed
        return b""


def test_reset_keeps_the_old_file_and_says_where(folder: kit.Kit) -> None:
    stub = folder.root / "exercises" / "exercise1.py"
    stub.write_text("my work\n")
    done = grade("reset", "exercise1")
    assert done.exit_code == 0
    first, second = done.stdout.splitlines()
    assert first == "exercises/exercise1.py is the stub again."
    kept = second.removeprefix("Your file is kept as ")
    assert (folder.root / kept).read_text() == "my work\n"
    assert stub.read_text() == kit.pristine_stub("exercise1")


def test_reset_of_a_missing_stub_keeps_nothing(folder: kit.Kit) -> None:
    (folder.root / "exercises" / "exercise1.py").unlink()
    done = grade("reset", "exercise1")
    assert done.stdout == "exercises/exercise1.py is the stub again.\n"


def test_reset_takes_the_progress_back(folder: kit.Kit) -> None:
    half = {"passed": False, "score": 13.0, "max_score": 26.0}
    for name in ("exercise1", "exercise2"):
        (folder.root / "exercises" / f"{name}.py").write_text("my work\n")
        folder.note_progress(name, half)
    grade("reset", "exercise1")
    assert folder.progress() == {"exercise2": half}


def test_progress_that_cannot_be_taken_back_does_not_cost_the_reset(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(13, "Permission denied", ".handgrad/progress.json")

    monkeypatch.setattr(kit.Kit, "forget_progress", refused)
    done = grade("reset", "exercise1")
    assert done.exit_code == 0
    assert done.stderr == "Progress could not be reset in .handgrad: Permission denied.\n"


def test_init_says_how_to_start(tmp_path: Path) -> None:
    done = grade("init", "deep/course")
    assert done.exit_code == 0
    assert "cd deep/course" in done.stdout
    assert f"open exercises/{EXERCISES[0]}.py" in done.stdout
    assert (tmp_path / "deep" / "course" / "exercises" / "exercise4.py").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("exercise33", "exercise33: no such exercise; did you mean exercise3?"),
        ("lst", "lst: no such exercise; did you mean list?"),
        ("qqq", "qqq: no such exercise. `grade list` shows them all."),
        ("solution exercise55", "exercise55: no such exercise; did you mean exercise"),
        ("solution exercise1 dcuonts", "no such gradient here; did you mean dcounts?"),
        ("solution exercise2 counts", "counts: no such gradient here. There is: dlogits\n"),
        ("reset exercize1", "exercize1: no such exercise; did you mean exercise1?"),
        ("reset ../exercise1", "../exercise1: no such exercise"),
        ("init .", "already exists; nothing was written."),
        ("init solutions/exercise1.py", "is a file"),
        ("init solutions/exercise1.py/course", "cannot be written (Not a directory)"),
    ],
)
def test_a_wrong_call_gets_a_line_and_exit_code_2(
    arguments: str, said: str, folder: kit.Kit
) -> None:
    before = sorted(folder.root.rglob("*"))
    done = grade(*arguments.split())
    assert done.exit_code == 2
    assert said in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert sorted(folder.root.rglob("*")) == before


def test_progress_that_cannot_be_written_does_not_cost_the_grading(
    folder: kit.Kit, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder.root / ".handgrad").write_text("a file where a folder should be")
    (folder.root / "exercises" / "exercise2.py").write_text("my work")
    report = Report("exercise2", "mine.py", strict=False, environment={}, gradients=())
    note_progress(folder, report)
    said = capsys.readouterr()
    assert said.err.startswith("Progress could not be saved in ")
    assert said.err.count("\n") == 1
    assert said.out == ""


@pytest.mark.parametrize("arguments", ["exercise1 --no-such-option", "exercise1 --help"])
def test_the_usage_line_is_the_call_that_was_typed(arguments: str) -> None:
    done = grade(*arguments.split())
    assert done.output.startswith("Usage: main exercise1 [OPTIONS]\n")
    assert grade("run", "exercise1").exit_code == 2
