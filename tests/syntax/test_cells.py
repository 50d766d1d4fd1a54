"""A notebook as cells of plain Python."""

import ast
from pathlib import Path

import pytest

from grader.syntax.cells import notebook_cells, plain_python, script_cells
from grader.syntax.notebook import read_notebook
from grader.syntax.submission import Submission
from tests.notebook_files import notebook_text

# A cell, one of the lines that are kept, and what is left out.
CELLS: dict[str, tuple[str, str, list[tuple[int, str]]]] = {
    "a magic": ("%pip install x\nimport torch", "import torch", [(1, "%pip install x")]),
    "a shell line": ("!pip install torch\nx = 1", "x = 1", [(1, "!pip install torch")]),
    "a question": ("x.shape?\nx = 1", "x = 1", [(1, "x.shape?")]),
    "a question first": ("?x.shape\nx = 1", "x = 1", [(1, "?x.shape")]),
    "a magic in a block": ("if True:\n    %who\nx = 1", "    pass  # %who", [(2, "%who")]),
    "a timed line": ("%time dx = 1\ny = 2", "dx = 1", []),
    "a line timed in a loop": ("%timeit dx = 1\ny = 2", "y = 2", [(1, "%timeit dx = 1")]),
    "a timed cell": ("%%time\nx = 1", "x = 1", [(1, "%%time")]),
    "a line that begins with %": ("x = ('%d'\n     % 5)", "     % 5)", []),
    "from the shell": ("files = !ls\nx = 1", "x = 1", [(1, "files = !ls")]),
    "two names from a magic": ("a, b = %who\nx = 1", "x = 1", [(1, "a, b = %who")]),
    "indented as a whole": ("\n    x = 1\n    if x:\n        y = 2", "    y = 2", []),
    "indented, with a comment": ("    # x\n    x = 1", "x = 1", []),
}


@pytest.mark.parametrize("what", CELLS)
def test_a_cell_is_read_without_what_is_only_ipythons(what: str) -> None:
    cell, kept, left_out = CELLS[what]
    plain = plain_python(cell)
    ast.parse(plain.source)
    assert kept in plain.source.split("\n")
    assert len(plain.source.split("\n")) == len(cell.split("\n"))
    assert list(plain.left_out) == left_out


def test_a_shell_cell_is_left_out() -> None:
    shell, code = notebook_cells(notebook_text("%%bash\nls | wc", "x = 1"))
    assert ast.unparse(shell.tree) == ""
    assert shell.unread == ((1, "%%bash"),)
    assert ast.unparse(code.tree) == "x = 1"


def test_what_sets_jupyter_up_is_not_worth_a_word() -> None:
    (cell,) = notebook_cells(notebook_text("%matplotlib inline\n%load_ext x\n!ls"))
    assert cell.unread == ((3, "!ls"),)


def test_a_script_has_cells_too() -> None:
    first, second = script_cells("x = 1\n# %%\n!ls\ny = 2\n")
    assert (first.first_line, second.first_line) == (1, 2)
    assert str(second.place(3)) == "line 4"
    assert second.unread == ((2, "!ls"),)


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", '{"cells": 3}', '{"cells": [1]}', '{"cells": [{"cell_type": "code"}]}',
     '{"worksheets": []}', '{"cells": [{"cell_type": "code", "source": [1]}]}', "[" * 100_000],
)  # fmt: skip
def test_what_is_no_notebook_says_so(text: str, tmp_path: Path) -> None:
    path = tmp_path / "answer.ipynb"
    path.write_text(text)
    found = read_notebook(path)
    assert isinstance(found, Submission)
    assert found.problem == f"{path}: not a Jupyter notebook (version 4), or not a whole one."
