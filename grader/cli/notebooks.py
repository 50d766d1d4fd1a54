"""`grade notebook FILE`: the lecture's notebook as it stands."""

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from grader.cli import main
from grader.cli.paragraphs import wrapped
from grader.cli.submissions import wanted_of
from grader.course.exercise import load_exercise
from grader.errors import NOT_PASSED, PASSED, UsageProblem
from grader.syntax.lecture import EXERCISES
from grader.syntax.notebook import Notebook, read_notebook
from grader.syntax.submission import Submission
from grader.workspace import kit


@main.command()
@click.argument("file", type=Path, metavar="FILE")
@click.option(
    "--gradient", "names", multiple=True, metavar="dX=NAME",
    help="What the notebook calls a gradient, where it is not dX.",
)  # fmt: skip
@click.option(
    "--json", "json_to", is_flag=False, flag_value="-", metavar="[FILE]",
    help="The reports as JSON, on stdout or in FILE.",
)  # fmt: skip
@click.option("--seed", type=click.IntRange(0, 2**63 - 3), default=2147483647, show_default=True)
@click.option("--strict", is_flag=True, help="Only `exact` passes.")
@click.option("--timeout", type=click.FloatRange(0.1, 3600), default=10.0, show_default=True)
@click.option(
    "--untrusted", is_flag=True, help="Other people's code: see `grade exercise1 --help`."
)
@click.option("--trace", is_flag=True, help="Show the full trace where your code raised.")
def notebook(file: Path, names: tuple[str, ...], **options: Any) -> None:
    """Grade the lecture's notebook, or a script like it, as it is.

    Every exercise of 1 to 4 that it has is graded. No cell is run: the statements that make the
    gradients are taken out of it and put into a function.
    """
    from grader.cli.grading import Call

    read = read_notebook(file, _names(names))
    if isinstance(read, Submission):
        raise UsageProblem(read.problem or "")
    call = Call(names=kit.NAMES, junit=None, json_report=None, native=False, **options)
    sys.exit(PASSED if _grade(read, call) else NOT_PASSED)


def _names(pairs: tuple[str, ...]) -> Mapping[str, str]:
    """Raises UsageProblem for what is not dX=NAME."""
    known = {row.key for name in EXERCISES for row in load_exercise(name).rows}
    found: dict[str, str] = {}
    for pair in pairs:
        key, _, name = pair.partition("=")
        if key not in known or not name.isidentifier():
            raise UsageProblem(f"--gradient {pair}: write it as dhprebn=NAME_IN_THE_NOTEBOOK.")
        found[key] = name
    return found


def _grade(notebook: Notebook, call: Any) -> bool:
    from grader.cli.grading import check_outputs, open_grader, show, summary_line
    from grader.cli.grading import write_machine_formats as write

    check_outputs(call)
    exercises = [load_exercise(name) for name in EXERCISES]
    there = [exercise for exercise in exercises if notebook.holds(wanted_of(exercise))]
    if not there:
        raise UsageProblem(notebook.submission(wanted_of(exercises[0])).problem or "")
    reports, quiet = [], call.json_to == "-"
    with open_grader(call) as grader:
        for exercise in there:
            submission = notebook.submission(wanted_of(exercise))
            report = grader.grade(exercise, submission)
            again = f"grade notebook {notebook.path}"
            show(report, exercise, replace(call, again=again))
            click.echo("", err=quiet)
            reports.append(report)
    for exercise, report in zip(there, reports, strict=True):
        click.echo(summary_line(report, exercise), err=quiet)
    for exercise in exercises:
        if exercise not in there:
            click.echo(f"{exercise.name:<12}not in this notebook", err=quiet)
            for note in notebook.submission(wanted_of(exercise)).notes:
                if note.note == "renamed":
                    click.echo(wrapped(note.message, " " * 12), err=quiet)
    write(reports, call, many=True)
    return all(report.passed for report in reports)
