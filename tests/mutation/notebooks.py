"""A mutant's notebook form, and whether it is told the same as the file."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.cli.submissions import wanted_of
from grader.course.exercise import load_exercise
from grader.report import GradientReport, Report
from grader.syntax.cells import notebook_cells
from grader.syntax.notebook import Notebook
from tests.grading import grade, grade_submission
from tests.notebook_files import notebook_text

from .mutants import Mutant

A_CELL = 4  # statements


@dataclass(frozen=True)
class Difference:
    mutant: Mutant
    gradient: str
    file: tuple[str, str | None, str]  # verdict, mistake, the line's text
    notebook: tuple[str, str | None, str]

    def __str__(self) -> str:
        where = f"{self.mutant.exercise} {self.mutant.name}"
        return f"{where}: {self.gradient} {self.file} in a file, {self.notebook} in a notebook"


def fits_cells(source: str) -> bool:
    """Whether a notebook can hold it: no name is of a function around another, and what is
    returned is what is there."""
    returned = re.findall(r"^    return (.*)$", source, re.MULTILINE)
    return returned[-1:] == ["locals()"] and "nonlocal" not in source


def cells_of(exercise: str, source: str) -> list[str]:
    """The body of `backward` in the lecture's style: no function, a few statements a cell."""
    tree, lines = ast.parse(source), source.split("\n")
    (function,) = (
        node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "backward"
    )
    others = [node for node in tree.body if node is not function]
    cells = ["\n".join(ast.get_source_segment(source, node) or "" for node in others)]
    statements = function.body
    if isinstance(statements[-1], ast.Return):
        statements = statements[:-1]
    heading, arguments = f"# Exercise {exercise[-1]}", function.args
    for name, value in zip(arguments.args[::-1], arguments.defaults[::-1], strict=False):
        cells.append(f"{name.arg} = {ast.unparse(value)}")
    for at in range(0, len(statements), A_CELL):
        part = statements[at : at + A_CELL]
        first, last = part[0].lineno, part[-1].end_lineno or part[-1].lineno
        body = [line.removeprefix("    ") for line in lines[first - 1 : last]]
        cells.append("\n".join([heading, *body]))
    return cells


def differences(mutant: Mutant, seed: int) -> list[Difference]:
    file = grade(mutant.exercise, mutant.source, "mutant.py", seed=seed)
    return list(_differences(mutant, file, graded_as_notebook(mutant, seed)))


def graded_as_notebook(mutant: Mutant, seed: int) -> Report:
    text = notebook_text(*cells_of(mutant.exercise, mutant.source))
    notebook = Notebook(Path("mutant.ipynb"), notebook_cells(text))
    submission = notebook.submission(wanted_of(load_exercise(mutant.exercise)))
    return grade_submission(mutant.exercise, submission, seed=seed)


def _differences(mutant: Mutant, file: Report, notebook: Report) -> Iterator[Difference]:
    lines = mutant.source.split("\n")
    for one, other in zip(file.gradients, notebook.gradients, strict=True):
        text = "" if one.line is None else lines[one.line - 1].strip()
        here = "" if other.place is None else other.place.source
        if _said(one, text) != _said(other, here):
            yield Difference(mutant, one.label, _said(one, text), _said(other, here))


def _said(gradient: GradientReport, text: str) -> tuple[str, str | None, str]:
    return gradient.verdict, gradient.diagnosis and gradient.diagnosis.mistake, text
