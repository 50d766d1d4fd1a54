"""The process that grades for a notebook: a line of JSON in, a line of JSON out.

Torch is imported once, and each exercise's bench is kept. What is asked for holds text only, so
nothing of the kernel's is here: no live tensor, no graph, no `.grad`.
"""

import io
import json
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from grader.cli.grading import Call, open_grader
from grader.cli.submissions import submission_at, wanted_of
from grader.course.exercise import Exercise, load_exercise
from grader.errors import Problem, UnexpectedFailure, UsageProblem
from grader.jupyter.asked import Asked
from grader.process.clean_start import NATIVE
from grader.process.grading_process import own_streams
from grader.syntax.cells import Cell, plain_python
from grader.syntax.notebook import Notebook
from grader.syntax.submission import Submission
from grader.workspace import kit

if TYPE_CHECKING:
    from grader.grading import Grader
    from grader.report import Report

HERE = Path("notebook")
WIDTH = 80
# Cells are run again and again, in any order: that they were is nothing worth knowing.
USUAL = ("written-twice", "moved")


def submission(asked: Asked, exercise: Exercise) -> Submission:
    """Raises UsageProblem where a script cannot be read."""
    if asked.script is not None:
        return submission_at(Path(asked.script), exercise)
    cells = tuple(
        Cell(plain_python(cell.source).source, number, cell.count)
        for number, cell in enumerate(asked.cells, 1)
    )
    alone = cells[-1] if asked.alone else None
    if alone is not None and alone.problem is not None:
        return Submission(HERE, "", f"{alone.name}: {alone.problem}.")
    found = Notebook(HERE, cells, asked.names, alone).submission(wanted_of(exercise))
    notes = tuple(note for note in found.notes if note.note not in USUAL)
    return replace(found, notes=notes)


def answer(grader: "Grader", asked: Asked) -> dict[str, Any]:
    """A report as facts, text and HTML; or a problem, and whether it is one of the call."""
    try:
        exercise = load_exercise(asked.exercise)
        grader.options = replace(
            grader.options, seed=asked.seed, strict=asked.strict, timeout=asked.timeout
        )
        report = grader.grade(exercise, submission(asked, exercise))
        return {"report": report.as_json(), **_views(report, exercise, asked.again)}
    except Problem as problem:
        return {"problem": str(problem), "usage": isinstance(problem, UsageProblem)}
    except Exception as error:
        return {"problem": str(UnexpectedFailure(error)), "usage": False}


def _views(report: "Report", exercise: Exercise, again: str) -> dict[str, str]:
    from rich.console import Console

    from grader.render.html import STYLE, report_html
    from grader.render.terminal import report_view

    stream = io.StringIO()
    console = Console(file=stream, width=WIDTH, highlight=False, color_system=None)
    console.print(report_view(report, exercise, again=again), crop=False)
    html = f"<style>{STYLE}</style>\n{report_html(report, exercise)}"
    return {"text": stream.getvalue().rstrip("\n"), "html": html}


def serve(requests: Iterable[bytes], answers: IO[bytes], native: bool) -> None:
    """Until there are no more requests."""
    call = Call(
        names=kit.NAMES, json_to=None, junit=None, json_report=None, seed=2147483647,
        native=native, strict=False, timeout=10.0, trace=False, untrusted=False,
    )  # fmt: skip
    with open_grader(call) as grader:
        for line in requests:
            found = answer(grader, Asked.from_json(json.loads(line)))
            answers.write(json.dumps(found).encode() + b"\n")
            answers.flush()


def main() -> None:
    requests, answers = own_streams()
    with requests, answers:
        serve(requests, answers, native=NATIVE in sys.argv[1:])


if __name__ == "__main__":
    main()
