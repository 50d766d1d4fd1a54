"""Notebooks made for a test, cell by cell, and what the grader says of them."""

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from grader.cli.submissions import submission_at
from grader.course.exercise import load_exercise
from tests.grading import grade_submission

if TYPE_CHECKING:
    from grader.report import GradientReport, Report

WORKED = Path(__file__).parent.parent / "solutions"
HEAD = "import torch\nimport torch.nn.functional as F"


def notebook_text(*cells: str, printed: Sequence[str] = ()) -> str:
    """The JSON of a notebook that was run from top to bottom. `printed`: of each cell."""
    made = []
    for at, source in enumerate(cells):
        text = printed[at] if at < len(printed) else ""
        stream = {"output_type": "stream", "name": "stdout", "text": text.splitlines(True)}
        made.append(
            {
                "cell_type": "code",
                "execution_count": at + 1,
                "metadata": {},
                "source": source.splitlines(True),
                "outputs": [stream] if text else [],
            }
        )
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def graded_cells(exercise: str, *cells: str, printed: Sequence[str] = (), **names: str) -> "Report":
    """Each cell's lines in a notebook of its own, graded as `grade EXERCISE --submission` does.

    `names`: by gradient, another name that it has there.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lecture.ipynb"
        path.write_text(notebook_text(*cells, printed=printed), encoding="utf-8")
        submission = submission_at(path, load_exercise(exercise), names)
    return grade_submission(exercise, submission)


def own_errors(report: "Report") -> list[tuple[str, str, str, str | None]]:
    """(gradient, where, verdict, mistake) of all that is not right on its own line."""
    return [
        (g.label, g.where, g.verdict, g.diagnosis and g.diagnosis.mistake)
        for g in report.gradients
        if _is_own(g)
    ]


def _is_own(gradient: "GradientReport") -> bool:
    return not gradient.passes and gradient.verdict != "inherited"


def answer_lines(exercise: str = "exercise1") -> list[str]:
    """The worked answer's statements, as they stand in a cell."""
    import ast

    tree = ast.parse((WORKED / f"{exercise}.py").read_text(encoding="utf-8"))
    (function,) = (node for node in tree.body if isinstance(node, ast.FunctionDef))
    return [ast.unparse(node) for node in function.body if not isinstance(node, ast.Return)]


def answer_cell(exercise: str = "exercise1", **changed: str) -> str:
    """All of it in a cell; `changed`: other lines for a gradient, "" for none."""
    lines = []
    for line in answer_lines(exercise):
        key = next((key for key in changed if line.startswith((f"{key} =", f"{key} +="))), None)
        if key is None:
            lines.append(line)
        elif changed[key]:
            lines.append(changed[key])
            changed[key] = ""
    return "\n".join(lines)
