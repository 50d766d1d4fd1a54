"""What needs neither IPython nor nbformat, nor torch in the process that asks."""

import subprocess
import sys
from pathlib import Path

# As if they were not installed.
WITHOUT = """
import sys
for name in ("IPython", "nbformat", "ipykernel", "torch"):
    sys.modules[name] = None
"""


def python(folder: Path, code: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words, "-c", code],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_import_grader_needs_nothing(tmp_path: Path) -> None:
    code = WITHOUT + "import grader; print(grader.__version__, len(sys.modules) < 200)"
    done = python(tmp_path, code)
    assert done.stdout == "0.1.0 True\n", done.stderr


def test_a_notebook_is_read_and_written_without(tmp_path: Path) -> None:
    code = WITHOUT + (
        "from grader.cli import main\n"
        "main(['notebook', '--new', 'exercise2', 'new.ipynb'], standalone_mode=False)\n"
        "from pathlib import Path\n"
        "from grader.syntax.notebook import read_notebook\n"
        "print(len(read_notebook(Path('new.ipynb')).cells))\n"
    )
    done = python(tmp_path, code)
    assert done.stdout.split("\n")[-2] == "5", done.stderr


def test_in_a_script_its_own_lines_are_graded_and_the_report_is_text(tmp_path: Path) -> None:
    script = tmp_path / "mine.py"
    script.write_text(
        WITHOUT
        + "import grader\n"
        + "report = grader.check('exercise2')\n"
        + "print(report)\nprint(report.passed)\nsys.exit()\n"
        + "dlogits = F.softmax(logits, 1)\ndlogits[range(n), Yb] -= 1\n"
    )
    done = subprocess.run(
        [sys.executable, str(script)], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    lines = done.stdout.split("\n")
    assert lines[0] == "exercise2: Cross-entropy in one step", done.stderr
    assert any(line.startswith("First error: dlogits, line 11, is wrong.") for line in lines)
    assert lines[-2] == "False"


def test_where_nothing_is_written_that_is_said(tmp_path: Path) -> None:
    code = WITHOUT + (
        "import grader\n"
        "try:\n    grader.check('exercise2')\nexcept Exception as error:\n    print(error)\n"
    )
    said = python(tmp_path, code).stdout
    assert said.startswith("There is no notebook and no script here"), said
    assert said.endswith("grade exercise2 --submission FILE\n")


def test_what_lies_in_the_working_directory_is_not_imported(tmp_path: Path) -> None:
    (tmp_path / "torch.py").write_text("raise SystemExit('mine')")
    (tmp_path / "script.py").write_text(
        "import grader, sys\nprint(grader.check('exercise2').passed)\ndlogits = logits\n"
    )
    done = subprocess.run(
        [sys.executable, "-P", "script.py"], cwd=tmp_path, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.stdout == "False\n", done.stderr
