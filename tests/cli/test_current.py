"""What a call means that names no exercise, and what bare `grade` does."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from grader.cli import main
from grader.cli.grading import note_progress
from grader.course import EXERCISES
from grader.course.exercise import load_exercise
from grader.report import GradientReport, Report
from grader.workspace import kit
from grader.workspace.current import current_exercise


def grade(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def work(folder: kit.Kit, exercise: str, at: int) -> None:
    """A save of the file, so many seconds after the first."""
    path = folder.stub(exercise)
    path.write_text(path.read_text() + "# a line\n")
    os.utime(path, (2e9 + at, 2e9 + at))


def graded(folder: kit.Kit, exercise: str, verdict: str = "exact") -> None:
    right = verdict == "exact"
    names = load_exercise(exercise).gradients
    rows = tuple(GradientReport(n, verdict, right, right, 0.0, (1,), (1,), 7, None) for n in names)
    note_progress(folder, Report(exercise, str(folder.stub(exercise)), False, {}, rows))


def test_in_a_new_kit_it_is_the_first_exercise(folder: kit.Kit) -> None:
    assert current_exercise(folder) == EXERCISES[0]


def test_it_is_the_one_saved_last_until_it_passes(folder: kit.Kit) -> None:
    work(folder, "exercise3", 1)
    work(folder, "exercise1", 2)
    assert current_exercise(folder) == "exercise1"
    graded(folder, "exercise1", "wrong")
    assert current_exercise(folder) == "exercise1"
    graded(folder, "exercise1")
    assert current_exercise(folder) == "exercise2"
    work(folder, "exercise1", 3)  # passed once, and worked on again
    assert current_exercise(folder) == "exercise1"


def test_a_stub_written_later_is_not_work(folder: kit.Kit) -> None:
    work(folder, "exercise2", 1)
    os.utime(folder.stub("exercise5"), (3e9, 3e9))
    assert current_exercise(folder) == "exercise2"


def test_behind_the_last_of_the_course_comes_what_was_passed_over(folder: kit.Kit) -> None:
    work(folder, EXERCISES[-1], 1)
    graded(folder, EXERCISES[-1])
    assert current_exercise(folder) == EXERCISES[0]


def test_where_all_have_passed_none_is_meant(folder: kit.Kit) -> None:
    for number, name in enumerate(EXERCISES):
        work(folder, name, number)
        graded(folder, name)
    assert current_exercise(folder) is None
    assert grade().stdout.startswith("Every exercise has passed.")
    done = grade("hint")
    assert done.exit_code == 2
    assert done.stderr.startswith("Error: Every exercise has passed. Name one")


def test_bare_grade_says_what_to_do_with_an_untouched_stub(folder: kit.Kit) -> None:
    done = grade()
    assert done.exit_code == 0
    assert done.stdout.startswith(f"Next is {EXERCISES[0]}: ")
    assert f"grade lesson {EXERCISES[0]}\n" in done.stdout
    assert f"exercises/{EXERCISES[0]}.py\n" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_of_classes_it_says_that_methods_are_written(folder: kit.Kit) -> None:
    assert "  2. replace the first None:  exercises/warmup1.py\n" in grade().stdout
    work(folder, "warmup1", 1)
    graded(folder, "warmup1")
    assert "  2. write the first method:  exercises/warmup2.py\n" in grade().stdout


def test_bare_grade_grades_what_was_begun(folder: kit.Kit) -> None:
    path = folder.stub("exercise2")
    path.write_text(path.read_text().replace("dlogits = None", "dlogits = 2 * logits"))
    command = [sys.executable, "-P", "-m", "grader"]
    done = subprocess.run(command, cwd=folder.root, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("exercise2: ")
    assert "First error: dlogits" in done.stdout


def test_without_a_kit_bare_grade_shows_the_help(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "Usage: " in grade().output
    assert grade("lesson").exit_code == 2


@pytest.mark.parametrize("command", ["hint", "lesson", "solution", "reset"])
def test_a_command_without_a_name_means_the_current_exercise(folder: kit.Kit, command: str) -> None:
    work(folder, "exercise2", 1)
    named, bare = grade(command, "exercise2"), None
    if command == "reset":
        work(folder, "exercise2", 1)
    bare = grade(command)
    assert bare.exit_code == named.exit_code == 0
    assert bare.stderr == "Exercise: exercise2\n"
    assert named.stderr == ""
    if command != "reset":  # whose output has a time in it
        assert bare.stdout == named.stdout
    else:
        assert bare.stdout.startswith("exercises/exercise2.py is the stub again.")


@pytest.mark.parametrize("command", ["hint", "solution"])
def test_a_gradient_of_the_current_exercise_needs_no_exercise(
    folder: kit.Kit, command: str
) -> None:
    work(folder, "exercise1", 1)
    assert "dcounts" in grade(command, "counts").stdout
    unknown = grade(command, "ddcounts")
    assert unknown.exit_code == 2
    assert "ddcounts: no such exercise" in unknown.stderr


def test_reset_takes_no_gradient_for_an_exercise(folder: kit.Kit) -> None:
    work(folder, "exercise1", 1)
    assert grade("reset", "dcounts").exit_code == 2
    assert not folder.untouched("exercise1")


@pytest.mark.parametrize(
    ("word", "meant"),
    [("ex1", "exercise1"), ("E10", "exercise10"), ("w2", "warmup2"), ("exercise_3", "exercise3"),
     ("exercise03", "exercise3"), ("exercises/exercise1.py", "exercise1")],
)  # fmt: skip
def test_an_exercise_in_short_is_suggested(word: str, meant: str) -> None:
    done = grade(word)
    assert done.exit_code == 2
    assert done.stderr == f"Error: {word}: no such exercise; did you mean {meant}?\n"


def test_a_number_alone_is_not_guessed_at() -> None:
    assert "did you mean" not in grade("1").stderr


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="takes a terminal")
@pytest.mark.parametrize("loaded", [False, True])
def test_ctrl_c_says_what_was_stopped(tmp_path: Path, loaded: bool) -> None:
    """While torch is loaded, and while the code runs: a sentence, and no traceback."""
    import signal

    (tmp_path / "answer.py").write_text("def backward(n):\n    while True: pass\n")
    ours, theirs = os.openpty()
    command = [sys.executable, "-P", "-m", "grader", "exercise2", "--submission", "answer.py"]
    process = subprocess.Popen(
        command, cwd=tmp_path, stderr=theirs, stdout=theirs, start_new_session=True,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "80"},
        # In the background of a shell without a terminal, Ctrl-C is ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    os.close(theirs)
    said = b""
    if loaded:
        while b"still running" not in said:
            said += os.read(ours, 4096)
    else:
        import time

        while "--told" not in Path(f"/proc/{process.pid}/cmdline").read_text():
            time.sleep(0.01)
        time.sleep(0.2)
    os.killpg(process.pid, signal.SIGINT)
    try:
        while piece := os.read(ours, 4096):
            said += piece
    except OSError:
        pass
    os.close(ours)
    assert process.wait() == 1
    assert b"Traceback" not in said
    expected = "grade exercise2" if loaded else "before anything was graded"
    assert "Stopped" in said.decode()
    assert expected.removeprefix("grade ") in said.decode().split("Stopped")[-1]
