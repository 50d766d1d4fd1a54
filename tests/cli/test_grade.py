"""`grade EXERCISE` as it is called: what it prints where, its exit code, never a traceback."""

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from grader.cli import main
from grader.workspace import kit
from tests.command import run as forked
from tests.worked import SOLUTIONS, rewritten, worked

pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")


Done = subprocess.CompletedProcess[str]


def held(done: Done, code: int) -> Done:
    """What is true of every call into a pipe."""
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert "\x1b" not in done.stdout + done.stderr
    return done


def command(folder: Path, *arguments: str | Path, code: int, **environment: str) -> Done:
    """Run the command itself in `folder`: an import of torch for each call."""
    done = subprocess.run(
        [sys.executable, "-m", "grader", *map(str, arguments)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(SOLUTIONS.parent), "COLUMNS": "80", **environment},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    return held(done, code)


def grade(folder: Path, *arguments: str | Path, code: int) -> Done:
    """The same in this process, which has torch already; forks and children are real."""
    with contextlib.chdir(folder):
        done = CliRunner(env={"COLUMNS": "80"}).invoke(main, [str(word) for word in arguments])
    return held(Done(arguments, done.exit_code, done.stdout, done.stderr), code)


def report(done: Done) -> dict[str, Any]:
    """stdout as JSON, and nothing but JSON."""
    found: dict[str, Any] = json.loads(done.stdout)
    assert found["schema"] == "handgrad/report/v1"
    return found


USAGE = {
    "no such exercise": (("exercise33",), "exercise33: no such exercise; did you mean exercise3?"),
    "nothing like it": (("zzz",), "zzz: no such exercise. `grade list` shows them all."),
    "a near command": (("lst",), "lst: no such exercise; did you mean list?"),
    "no such file": (("exercise1", "--submission", "no.py"), "no.py: no such file."),
    "a directory": (("exercise1", "--submission", "."), ".: a directory; --submission takes one"),
    "no such names": (
        ("exercise1", "--submission", SOLUTIONS / "exercise1.py", "--names", "no.txt"),
        "no.txt: no such file; --names takes",
    ),
    "no kit": (("exercise1",), "There is no exercises/ in this folder or above it. `grade init"),
    "a time of 0": (("exercise1", "--timeout", "0"), "Invalid value for '--timeout'"),
    "a seed below 0": (("exercise1", "--seed", "-1"), "Invalid value for '--seed'"),
    "an unknown option": (("exercise1", "--jsn"), "No such option"),
    "all of one file": (("all", "--submission", "a.py"), "--submission goes with one exercise."),
}


@pytest.mark.parametrize("what", USAGE)
def test_a_wrong_call_ends_with_2_and_one_sentence(what: str, tmp_path: Path) -> None:
    arguments, said = USAGE[what]
    done = grade(tmp_path, *arguments, code=2)
    assert said in done.stderr
    assert done.stdout == ""


def test_the_worked_answer_is_exact_in_all_26(tmp_path: Path) -> None:
    answer = SOLUTIONS / "exercise1.py"
    done = command(tmp_path, "exercise1", "--submission", answer, "--json", code=0)
    found = report(done)
    assert found["passed"] is True
    assert [gradient["verdict"] for gradient in found["gradients"]] == ["exact"] * 26
    assert (found["score"], found["max_score"]) == (26.0, 26.0)


@pytest.mark.parametrize("exercise", ["exercise2", "exercise3", "exercise4"])
def test_the_other_worked_answers_pass(exercise: str, tmp_path: Path) -> None:
    done = grade(tmp_path, exercise, "--submission", SOLUTIONS / f"{exercise}.py", code=0)
    assert f"{exercise}: passed" in done.stdout


BAD: dict[str, tuple[bytes, str]] = {
    "a syntax error": (b"def backward(n:\n    pass\n", "answer.py, line 1: syntax error, "),
    "not UTF-8": ("é".encode("latin-1"), "answer.py: not UTF-8 text (byte 0)"),
    "an empty file": (b"", "answer.py: the file is empty."),
    "an import that fails": (b"import nunpy\n", "line 1: ModuleNotFoundError: No module"),
    "os._exit": (b"import os\nos._exit(0)\n", "the code ended its own process (exit code 0)"),
    "a kill": (b"import os\nos.kill(os.getpid(), 9)\n", "or was killed (SIGKILL)."),
    "a loop": (b"def backward(n):\n    while True: pass\n", "answer.py, line 2: still running"),
    "a loop in C": (b"import itertools\nsum(itertools.count())\n", "out of time (no answer within"),
    "an escape sequence": (b"raise ValueError('\\x1b[31m')\n", "line 1: ValueError: \\x1b[31m"),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_a_bad_submission_ends_with_1_and_says_why(what: str, tmp_path: Path) -> None:
    content, said = BAD[what]
    (tmp_path / "answer.py").write_bytes(content)
    done = grade(tmp_path, "exercise2", "--submission", "answer.py", "--timeout", "0.3", code=1)
    assert said in " ".join(done.stdout.split())
    assert "exercise2: not passed yet, 0 of 1" in done.stdout
    assert done.stderr == ""


def test_what_stands_before_an_exception_is_graded(tmp_path: Path) -> None:
    source = rewritten("exercise1", ("dW2 = h.T @ dlogits", "dW2 = h @ dlogits"))
    (tmp_path / "answer.py").write_text(source)
    done = grade(tmp_path, "exercise1", "--submission", "answer.py", code=1)
    assert "exercise1: not passed yet, 25 of 26" in done.stdout  # those below it are right alone
    assert "(h (32, 64), dlogits (32, 27))" in " ".join(done.stdout.split())


def test_trace_shows_the_learners_own_frames(tmp_path: Path) -> None:
    (tmp_path / "answer.py").write_text("def backward(n):\n    return 1 / 0\n")
    with contextlib.chdir(tmp_path):
        call = ["exercise2", "--submission", "answer.py", "--trace"]
        done = CliRunner().invoke(main, call)
    assert done.exit_code == 1
    assert '|   File "answer.py", line 2, in backward\n|     return 1 / 0' in done.stderr
    assert "grader" not in done.stderr


PRINTING = "import sys\nprint('at the top \\x1b[31m')\nsys.__stdout__.write('y' * 1_000_000)\n"


def test_prints_go_to_stderr_and_json_stays_clean(tmp_path: Path) -> None:
    (tmp_path / "answer.py").write_text(PRINTING + worked("exercise2"))
    call = ("exercise2", "--submission", "answer.py", "--json")
    done = held(forked(*call, cwd=tmp_path), 0)
    assert report(done)["passed"] is True
    assert "at the top \\x1b[31m" in done.stderr
    assert done.stderr.count("at the top") == 1
    assert "more bytes were printed]" in done.stderr
    assert len(done.stderr) < 25_000


def test_a_name_and_an_error_beyond_the_encoding_are_escaped(tmp_path: Path) -> None:
    name = "ant\x1b[31mwört.py"
    (tmp_path / name).write_text("raise ValueError('größer ∂L/∂x')\n", encoding="utf-8")
    ascii_only = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = command(tmp_path, "exercise2", "--submission", name, code=1, **ascii_only)
    assert "ant\\x1b[31mw\\xf6rt.py" in done.stdout
    assert "gr\\xf6\\xdfer \\u2202L/\\u2202x" in " ".join(done.stdout.split())


def test_json_goes_to_a_file_that_can_be_written(tmp_path: Path) -> None:
    call = ("exercise2", "--submission", SOLUTIONS / "exercise2.py", "--json")
    done = grade(tmp_path, *call, "report.json", code=0)
    assert "exercise2: passed" in done.stdout
    assert json.loads((tmp_path / "report.json").read_text())["passed"] is True
    refused = grade(tmp_path, *call, "no/report.json", code=2)
    assert "no/report.json: cannot be written (No such file or directory)." in refused.stderr


def test_a_notebook_is_graded(tmp_path: Path) -> None:
    cells = [{"cell_type": "code", "source": ["%time 1\n", worked("exercise3")]}]
    (tmp_path / "answer.ipynb").write_text(json.dumps({"cells": cells}))
    grade(tmp_path, "exercise3", "--submission", "answer.ipynb", code=0)
    (tmp_path / "answer.ipynb").write_text("{")
    done = grade(tmp_path, "exercise3", "--submission", "answer.ipynb", code=1)
    assert "answer.ipynb: not a Jupyter notebook (version 4), or not a whole one." in done.stdout


@pytest.mark.parametrize("option", ["--json", "--junit", "--json-report"])
@pytest.mark.parametrize("name", ["answer.py", "answer.ipynb", "exercise2"])
def test_a_report_is_not_written_over_code(option: str, name: str, tmp_path: Path) -> None:
    target = tmp_path / name
    target.write_text("my work")
    done = grade(tmp_path, "exercise2", "--submission", "x.py", option, str(target), code=2)
    assert "not written over code" in done.stderr
    assert target.read_text() == "my work"


def test_beside_a_syntax_error_stands_the_table_of_the_last_grading(folder: kit.Kit) -> None:
    """And a half-edited file takes nothing back of what was reached."""
    path = folder.stub("exercise2")
    source = kit.solution_source("exercise2").replace("dlogits /= n", "dlogits /= n + 1")
    path.write_text(source)
    CliRunner().invoke(main, ["exercise2"])
    reached = folder.progress()
    path.write_text(source.replace("n + 1", "(n + 1"))
    said = CliRunner().invoke(main, ["exercise2"]).stdout
    assert "syntax error" in said
    assert "As it was last graded:" in said
    assert "\n> dlogits " in said
    assert folder.progress() == reached
    CliRunner().invoke(main, ["reset", "exercise2"])
    path.write_text("def backward(:")
    assert "As it was last graded" not in CliRunner().invoke(main, ["exercise2"]).stdout


@pytest.mark.parametrize("closed", [(0, 2), (0, 1, 2)])
def test_without_its_streams_it_says_the_same(closed: tuple[int, ...], tmp_path: Path) -> None:
    """As a job that is called with `0<&- 2>&-`."""
    report = tmp_path / "report.json"
    words = ["exercise2", "--submission", SOLUTIONS / "exercise2.py", "--json", report]
    done = subprocess.run(
        [sys.executable, "-m", "grader", *map(str, words)],
        cwd=tmp_path,
        check=False,
        preexec_fn=lambda: [os.close(stream) for stream in closed],
    )
    assert done.returncode == 0
    assert json.loads(report.read_text())["passed"]


def test_a_class_is_graded_without_a_stream_for_its_progress(tmp_path: Path) -> None:
    words = ["--exercise", "exercise2", "--jobs", "2", "--trusted"]
    for student in ("ann", "ben"):
        (tmp_path / "handed in" / student).mkdir(parents=True)
        (tmp_path / "handed in" / student / "exercise2.py").write_text(worked("exercise2"))
    done = subprocess.run(
        [sys.executable, "-m", "grader", "class", "handed in", *words],
        cwd=tmp_path,
        check=False,
        stdout=subprocess.PIPE,
        preexec_fn=lambda: os.close(2),
    )
    assert done.returncode == 0
    assert b"2 of 2 passed" in done.stdout
