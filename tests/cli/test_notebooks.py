"""`grade notebook FILE`, and `grade EXERCISE --submission FILE.ipynb`."""

import base64
import json
from pathlib import Path

import pytest

from tests.cli.test_grade import command, grade
from tests.lecture_notebooks import BATCHNORM, BIGRAMS, MICROGRAD, MICROGRAD_MORE, MLP
from tests.notebook_files import HEAD, WORKED, answer_cell, notebook_text

pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")

FUSED = answer_cell("exercise2")
RENAMED = FUSED.replace("dlogits", "dl")


def written(folder: Path, *cells: str, name: str = "lecture.ipynb") -> Path:
    path = folder / name
    path.write_text(notebook_text(*cells), encoding="utf-8")
    return path


def test_names_seed_and_reports_are_as_for_one_exercise(tmp_path: Path) -> None:
    path = written(tmp_path, HEAD, answer_cell(), FUSED)
    (tmp_path / "words.txt").write_text("anna\nberta\nclara\n" * 40)
    options = ["--names", "words.txt", "--seed", "7", "--junit", "all.xml", "--json", "all.json"]
    options += ["--json-report", "pytest.json"]
    done = grade(tmp_path, "notebook", path, *options, code=0)
    assert "exercise1   passed" in done.stdout
    assert "exercise2   passed" in done.stdout
    reports = json.loads((tmp_path / "all.json").read_text())
    assert [report["exercise"] for report in reports] == ["exercise1", "exercise2"]
    assert reports[0]["environment"]["seed"] == 7
    xml = (tmp_path / "all.xml").read_text()
    assert xml.count("<testcase ") == 27
    assert 'classname="lecture.ipynb.exercise2" name="dlogits"' in xml
    assert json.loads((tmp_path / "pytest.json").read_text())["summary"]["passed"] == 27
    (tmp_path / "none.txt").write_text("")
    assert "0 words" in grade(tmp_path, "notebook", path, "--names", "none.txt", code=2).stderr


def test_a_gradient_of_another_name_is_graded_where_it_is_said(tmp_path: Path) -> None:
    path = written(tmp_path, HEAD, RENAMED)
    told = grade(tmp_path, "notebook", path, "--gradient", "dlogits=dl", code=0)
    assert "exercise2   passed" in told.stdout
    assert "exercise1   not in this notebook" in told.stdout
    options = ("--submission", path, "--gradient", "dlogits=dl")
    assert "exercise2: passed" in grade(tmp_path, "exercise2", *options, code=0).stdout
    untold = grade(tmp_path, "exercise2", "--submission", path, code=1)
    assert "--gradient dlogits=NAME" in " ".join(untold.stdout.split())


def test_the_next_call_repeats_the_options_of_a_notebook(tmp_path: Path) -> None:
    path = written(tmp_path, HEAD, RENAMED.replace("/= n", "/= 7"))
    options = ("--gradient", "dlogits=dl", "--seed", "3")
    done = grade(tmp_path, "notebook", path.name, *options, code=1)
    assert "notebook lecture.ipynb --gradient dlogits=dl --seed 3\n" in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("notebook", "x.ipynb", "--gradient", "dlogit=dl"), "did you mean dlogits?"),
        (("notebook", "x.ipynb", "--gradient", "dlogits"), "write it as dlogits=NAME_IN_THE"),
        (("notebook", "x.ipynb", "--gradient", "dlogits=d l"), "write it as dlogits=NAME_IN_THE"),
        (("exercise2", "--gradient", "dlogits=dl"), "--gradient goes with a notebook"),
        (("all", "--gradient", "dlogits=dl"), "--gradient goes with a notebook"),
        (("notebook", "none.ipynb"), "none.ipynb: no such file."),
        (("notebook", "x.ipynb", "--json", "x.ipynb"), "a report is not written over code"),
    ],
)
def test_a_wrong_call_is_exit_code_2(words: tuple[str, ...], said: str, tmp_path: Path) -> None:
    written(tmp_path, HEAD, FUSED, name="x.ipynb")
    assert said in grade(tmp_path, *words, code=2).stderr


def test_native_kernels_are_named_for_a_notebook_too(tmp_path: Path) -> None:
    path = written(tmp_path, HEAD, answer_cell())
    done = command(tmp_path, "notebook", path, "--native", "--json", code=0)
    (found,) = json.loads(done.stdout)
    inexact = [g["name"] for g in found["gradients"] if not g["exact"]]
    assert inexact == [] or "only this machine's vectorised kernels" in done.stderr
    assert inexact != [] or found["environment"]["cpu_capability"] != "AVX512"


def test_a_notebook_of_many_megabytes_of_plots_is_read(tmp_path: Path) -> None:
    made = json.loads(notebook_text(HEAD, "plt.plot(lossi)", FUSED))
    picture = {"image/png": base64.b64encode(bytes(20_000_000)).decode()}
    made["cells"][1]["outputs"] = [{"output_type": "display_data", "data": picture}]
    (tmp_path / "plots.ipynb").write_text(json.dumps(made))
    assert (tmp_path / "plots.ipynb").stat().st_size > 26_000_000
    assert "exercise2   passed" in grade(tmp_path, "notebook", "plots.ipynb", code=0).stdout


def test_the_call_that_trains_names_the_notebook(tmp_path: Path) -> None:
    path = written(tmp_path, HEAD, "# Exercise 4\n" + answer_cell("exercise4"))
    done = grade(tmp_path, "notebook", path.name, code=0)
    call = "grade exercise4 --submission lecture.ipynb --train"
    assert f"\n      {call}" in done.stdout
    trained = grade(tmp_path, *call.split()[1:], "--steps", "5", code=0)
    assert "Trained with your gradients: 5 steps" in trained.stdout


def test_what_is_said_of_the_notebook_is_said_once(tmp_path: Path) -> None:
    path = written(tmp_path, f"!pip install torch\n{HEAD}", answer_cell(), FUSED)
    done = grade(tmp_path, "notebook", path, "--json", "all.json", code=0)
    assert done.stdout.count("pip install torch") == 1
    reports = json.loads((tmp_path / "all.json").read_text())
    assert [len(report["flags"]) for report in reports] == [1, 1]


# The lectures' other notebooks.

NOT_HERE = {
    "micrograd": (MICROGRAD, "this is the lecture's notebook on micrograd. warmup2 is on that, and "
                  "asks for `Value.__rsub__`, `Value.__rtruediv__`, `Value.log`, `Value.relu`"),
    "bigrams": (BIGRAMS, "on bigrams, and nothing in it is derived by hand. warmup3 asks for that"),
    "the MLP": (MLP, "on the MLP, and nothing in it is derived by hand. warmup4 asks for that"),
    "BatchNorm": (BATCHNORM, "on activations and BatchNorm. warmup5 is on that, and asks for "
                  "`Linear.backward`, `BatchNorm1d.backward`, `Tanh.backward` as well"),
    "none of them": ("x = 1", "no statement writes a gradient of exercise1"),
}  # fmt: skip


@pytest.mark.parametrize("what", NOT_HERE)
def test_another_notebook_of_the_lectures_is_recognised(what: str, tmp_path: Path) -> None:
    cell, said = NOT_HERE[what]
    path = written(tmp_path, HEAD, cell)
    assert said in grade(tmp_path, "notebook", path, code=2).stderr


@pytest.mark.parametrize(
    ("exercise", "cells"),
    [
        ("warmup2", ("import math", MICROGRAD + MICROGRAD_MORE)),
        ("warmup3", (f"{HEAD}\nxenc = F.one_hot(xs, num_classes=27).float()",
                     answer_cell("warmup3"))),
        ("warmup4", (HEAD, answer_cell("warmup4"))),
        ("warmup5", ((WORKED / "warmup5.py").read_text(),)),
        ("exercise2", ((WORKED / "exercise2.py").read_text(),)),
        ("exercise7", ((WORKED / "exercise7.py").read_text(),)),
    ],
)  # fmt: skip
def test_a_notebook_with_an_answer_is_graded_for_its_exercise(
    exercise: str, cells: tuple[str, ...], tmp_path: Path
) -> None:
    done = grade(tmp_path, "notebook", written(tmp_path, *cells), code=0)
    assert f"{exercise}: passed" in done.stdout


def test_a_mistake_in_the_lectures_value_is_named(tmp_path: Path) -> None:
    right = "self.grad += other.data * out.grad"
    wrong = MICROGRAD.replace(right, right.replace("+=", "=")) + MICROGRAD_MORE
    done = grade(tmp_path, "notebook", written(tmp_path, "import math", wrong), code=1)
    assert "First error: self.grad in __mul__, [2] line 24, is wrong." in done.stdout
