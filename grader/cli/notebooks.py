"""`grade notebook FILE`: the lecture's notebook as it stands."""

import shlex
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli import main, typed_call
from grader.cli.in_notebook import exercises_in, what_it_is
from grader.cli.paragraphs import wrapped
from grader.cli.submissions import gradient_names, wanted_of
from grader.course.exercise import Exercise, load_exercise
from grader.errors import NOT_PASSED, PASSED, UsageProblem
from grader.syntax import lecture
from grader.syntax.notebook import Notebook, read_notebook
from grader.syntax.submission import Submission
from grader.workspace import kit

if TYPE_CHECKING:
    from grader.cli.grading import Call
    from grader.report import Flag, Report


@main.command()
@click.argument("file", type=Path, metavar="FILE")
@click.option(
    "--gradient", "gradients", multiple=True, metavar="dX=NAME",
    help="What the notebook calls a gradient, where it is not dX.",
)  # fmt: skip
@click.option(
    "--json", "json_to", is_flag=False, flag_value="-", metavar="[FILE]",
    help="The reports as JSON, on stdout or in FILE.",
)  # fmt: skip
@click.option("--junit", type=Path, metavar="FILE", help="Also write JUnit XML.")
@click.option(
    "--json-report", type=Path, metavar="FILE", help="Also write pytest-json-report's format."
)
@click.option("--seed", type=click.IntRange(0, 2**63 - 3), default=2147483647, show_default=True)
@click.option("--native", is_flag=True, help="Keep this machine's vectorised kernels.")
@click.option("--strict", is_flag=True, help="Only `exact` passes.")
@click.option("--names", type=Path, metavar="FILE", help="A list of words, one a line.")
@click.option("--timeout", type=click.FloatRange(0.1, 3600), default=10.0, show_default=True)
@click.option(
    "--untrusted", is_flag=True, help="Other people's code: see `grade exercise1 --help`."
)
@click.option("--trace", is_flag=True, help="Show the full trace where your code raised.")
@click.option("--new", metavar="EXERCISE", help="Write FILE: a notebook to start from.")
@click.pass_context
def notebook(ctx: click.Context, /, file: Path, new: str | None, **options: Any) -> None:
    """Grade the lecture's notebook, or a script like it, as it is.

    Every exercise of 1 to 4 that it has is graded. No cell is run: the statements that make the
    gradients are taken out of it and put into a function. A notebook that defines `backward`, or
    the classes of an exercise, is graded for that exercise, and so is one that --new wrote.
    """
    from grader.cli.grading import Call

    if new is not None:
        write_new(new, file)
        return
    lectures = [load_exercise(name) for name in (*lecture.EXERCISES, "warmup3", "warmup4")]
    if options["untrusted"] and file.is_symlink():
        raise UsageProblem(f"{file}: a symbolic link; with --untrusted it is a file of its own.")
    read = read_notebook(file, gradient_names(options["gradients"], lectures))
    if isinstance(read, Submission):
        raise UsageProblem(read.problem or "")
    names = options.pop("names") or kit.NAMES
    call = Call(names=names, again=typed_call(ctx), **options)
    sys.exit(PASSED if _grade(read, call) else NOT_PASSED)


def write_new(name: str, file: Path) -> None:
    """Raises UsageProblem; then nothing was written."""
    from grader.workspace.new_notebook import notebook_text

    if file.suffix != ".ipynb":
        raise UsageProblem(f"{file}: a notebook's name ends in .ipynb.")
    text = notebook_text(load_exercise(name), kit.solution_source(name))
    try:
        with file.open("x", encoding="utf-8") as opened:
            opened.write(text)
    except FileExistsError:
        raise UsageProblem(f"{file} already exists; nothing was written.") from None
    except OSError as error:
        raise UsageProblem(f"{file}: cannot be written ({error.strerror}).") from None
    click.echo(f"{file}: open it in Jupyter, run its cells, and replace the first None.")
    click.echo(f"Its last cell grades it; so does: grade notebook {shlex.quote(str(file))}")


def _grade(notebook: Notebook, call: "Call") -> bool:
    from grader.cli.grading import check_outputs, note_native_kernels, open_grader, summary_line
    from grader.cli.grading import write_machine_formats as write

    check_outputs(call)
    there = exercises_in(notebook)
    if not there:
        nothing = notebook.submission(wanted_of(load_exercise("exercise1"))).problem
        raise UsageProblem(what_it_is(notebook) or nothing or "")
    reports, quiet = list["Report"](), call.json_to == "-"
    with open_grader(call) as grader:
        for exercise in there:
            report = grader.grade(exercise, notebook.submission(wanted_of(exercise)))
            _show_once(report, reports, exercise, call)
            if call.native:
                keys = {row.key for row in exercise.rows}
                own = (pair for pair in call.gradients if pair.partition("=")[0] in keys)
                note_native_kernels(report, replace(call, gradients=tuple(own)))
            click.echo("", err=quiet)
            reports.append(report)
    for exercise, report in zip(there, reports, strict=True):
        click.echo(summary_line(report, exercise), err=quiet)
    if {exercise.name for exercise in there} <= set(lecture.EXERCISES):
        _name_the_others(notebook, there, quiet)
    write(reports, call, many=True)
    return all(report.passed for report in reports)


def _show_once(report: "Report", before: "list[Report]", exercise: Exercise, call: "Call") -> None:
    """What is said of the notebook as a whole is said in the first report."""
    from grader.cli.grading import show

    said: set[Flag] = {flag for other in before for flag in other.flags}
    new = tuple(flag for flag in report.flags if flag not in said)
    show(replace(report, flags=new), exercise, call)


def _name_the_others(notebook: Notebook, there: list[Exercise], quiet: bool) -> None:
    """The lecture's exercises that are not in this notebook, as far as it is seen."""
    for exercise in map(load_exercise, lecture.EXERCISES):
        if exercise in there:
            continue
        click.echo(f"{exercise.name:<12}not in this notebook", err=quiet)
        for note in notebook.submission(wanted_of(exercise)).notes:
            if note.note == "renamed":
                click.echo(wrapped(note.message, " " * 12), err=quiet)
