"""The cell that the README shows, in a real kernel."""

import re
from pathlib import Path

from .kernel import run

README = (Path(__file__).parent.parent.parent / "README.md").read_text(encoding="utf-8")


def test_the_cell_of_the_readme_is_graded_and_passes() -> None:
    section = README[README.index("### In Jupyter") :].split("\n## ")[0]
    cell = "\n".join(re.findall(r"^    (\S.*)$", section, re.MULTILINE))
    assert cell.startswith("%%grade exercise2\n")
    assert '`grader.check("exercise2")`' in section
    first = "import grader\nimport torch.nn.functional as F\n%load_ext grader"
    _, graded, checked = run([first, cell, 'grader.check("exercise2").passed'])
    assert "exercise2: passed, 1 of 1" in graded.text
    assert graded.printed.startswith("Graded, but not run here")
    assert checked.text == "True"
