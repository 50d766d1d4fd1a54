"""`grade notebook --new`: what it writes, what it refuses; and that what it wrote can be graded."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from grader.cli import main
from grader.course.exercise import load_exercise
from tests.jupyter.test_new_notebooks import FITTING, filled


def call(*words: str) -> Result:
    return CliRunner().invoke(main, words)


def test_it_writes_a_notebook_and_says_how_to_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = call("notebook", "--new", "exercise1", "mine.ipynb")
    assert done.exit_code == 0
    assert "mine.ipynb: open it in Jupyter" in done.output
    assert "grade notebook mine.ipynb" in done.output
    assert json.loads(Path("mine.ipynb").read_text())["nbformat"] == 4


def test_no_file_is_written_over(tmp_path: Path) -> None:
    path = tmp_path / "mine.ipynb"
    path.write_text("my work")
    done = call("notebook", "--new", "exercise1", str(path))
    assert done.exit_code == 2
    assert "already exists; nothing was written." in done.output
    assert path.read_text() == "my work"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--new", "exercise33", "x.ipynb"), "exercise33: no such exercise"),
        (("--new", "exercise10", "x.ipynb"), "run: grade exercise10"),
        (("--new", "exercise1", "x.py"), "a notebook's name ends in .ipynb."),
        (("--new", "exercise1", "no/such/folder/x.ipynb"), "cannot be written"),
    ],
)
def test_a_mistake_is_a_sentence(
    words: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = call("notebook", *words)
    assert done.exit_code == 2
    assert said in done.output
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", FITTING)
def test_what_it_wrote_is_graded_as_a_file_too(name: str, tmp_path: Path) -> None:
    from grader.cli.in_notebook import exercises_in
    from grader.cli.submissions import wanted_of
    from grader.syntax.notebook import Notebook, read_notebook
    from tests.grading import grade_submission

    path = tmp_path / "mine.ipynb"
    assert call("notebook", "--new", name, str(path)).exit_code == 0
    document = json.loads(path.read_text())
    cells = iter(filled(load_exercise(name)))
    for cell in document["cells"]:
        if cell["cell_type"] == "code":
            cell["source"] = next(cells)
    path.write_text(json.dumps(document))
    notebook = read_notebook(path)
    assert isinstance(notebook, Notebook)
    there = [exercise.name for exercise in exercises_in(notebook)]
    assert there == [name]
    report = grade_submission(name, notebook.submission(wanted_of(load_exercise(name))))
    assert report.passed, report.error
    assert report.flags == ()
