"""A saved notebook with grading lines in it, read as a file."""

import json
from pathlib import Path

import pytest

from grader.cli.in_notebook import exercises_in
from grader.syntax.cells import plain_python
from grader.syntax.notebook import Notebook, read_notebook
from tests.worked import worked

FUSED = "dlogits = F.softmax(logits, 1)\ndlogits[range(n), Yb] -= 1\ndlogits /= n"


def saved(folder: Path, *sources: str) -> Notebook:
    cells = [{"cell_type": "code", "source": source, "outputs": []} for source in sources]
    path = folder / "saved.ipynb"
    path.write_text(json.dumps({"cells": cells, "nbformat": 4}))
    found = read_notebook(path)
    assert isinstance(found, Notebook)
    return found


def named(notebook: Notebook) -> list[str]:
    return [exercise.name for exercise in exercises_in(notebook)]


def test_the_magic_is_a_comment_and_the_lines_keep_their_numbers() -> None:
    plain = plain_python("%%grade exercise2 --strict\ndlogits = logits")
    assert plain.source == "# %%grade exercise2 --strict\ndlogits = logits"
    assert plain.left_out == ()


@pytest.mark.parametrize(
    ("sources", "exercises"),
    [
        ([f"%%grade exercise2\n{FUSED}"], ["exercise2"]),
        (["%%grade exercise3\ndhprebn = hprebn"], ["exercise3"]),
        (["dquads = 1\ndlogits = 1", 'grader.check("exercise5")'], ["exercise5"]),
        (["dquads = 1", "%%grade exercise5\ndlogits = 1"], ["exercise5"]),
        (["grader.check('exercise5')", FUSED], ["exercise5"]),
        (["grader.check('exercise1')", "dprobs = 1"], ["exercise1"]),
        (["grader.check('exercise33')", "dprobs = 1"], ["exercise1"]),
        (["print(1)", "grader.check('exercise5')"], []),
        ([worked("warmup2"), "grader.check('warmup2')"], ["warmup2"]),
    ],
)
def test_what_it_grades_by_itself_is_what_it_is_graded_for(
    sources: list[str], exercises: list[str], tmp_path: Path
) -> None:
    assert named(saved(tmp_path, *sources)) == exercises
