"""What `grade EXERCISE` does: check the call, import torch once, grade, show."""

import errno
import gc
import json
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli.paragraphs import cut_to_screen, fenced
from grader.cli.submissions import gradient_names, submission_at
from grader.cli.training import TrainingCall
from grader.cli.waiting import show_waiting
from grader.course import EXERCISES
from grader.course.exercise import Exercise, load_exercise
from grader.course.names import NameData, read_names
from grader.errors import UsageProblem, shown
from grader.process.clean_start import choose_kernels, load_torch
from grader.workspace import kit
from grader.workspace.hint_state import note_grading
from grader.workspace.last_table import keep_table, last_table

if TYPE_CHECKING:
    from grader.grading import Grader
    from grader.report import Report


@dataclass(frozen=True)
class Call:
    """The options of one call of `grade`."""

    names: Path
    json_to: str | None  # "-" is stdout
    junit: Path | None
    json_report: Path | None
    seed: int
    native: bool
    strict: bool
    timeout: float
    trace: bool
    untrusted: bool
    plots: Path | None = None  # the page of diagnostic plots
    training: TrainingCall = field(default_factory=TrainingCall)
    gradients: tuple[str, ...] = ()  # dX=NAME: what a notebook calls them
    again: str = ""  # the call that grades the same file in the same way


def grade_one(name: str, path: Path | None, call: Call) -> bool:
    """True where the exercise passed."""
    exercise = load_exercise(name)
    call.training.check(exercise)
    if call.plots is not None and exercise.deep_stack is None:
        others = [other for other in EXERCISES if load_exercise(other).deep_stack]
        raise UsageProblem(f"{name} has no layers; --plots goes with {', '.join(others)}.")
    own = path is None
    called = gradient_names(call.gradients, [exercise])
    if own and called:
        raise UsageProblem("--gradient goes with a notebook: --submission FILE.ipynb")
    check_outputs(call)
    file = kit.find_kit(not call.untrusted).submission(exercise) if path is None else path
    submission = submission_at(file, exercise, called, own, links=not call.untrusted)
    with open_grader(call) as grader:
        train = call.training.plan(
            grader, exercise, submission, call.again, to_stderr=call.json_to == "-"
        )
        report = grader.grade(exercise, submission)
        kept = kit.find_kit() if own and not call.untrusted else None
        before = ""
        if kept is not None and submission.problem is not None:
            before = last_table(kept, name)
        elif kept is not None:
            note_progress(kept, report)
        show(report, exercise, call, before)
        if call.native:
            note_native_kernels(report, call)
        if train is not None and report.passed:
            report = train(report)
        elif train is not None:
            click.echo("Training waits until every gradient is right.", err=True)
        drawn = True
        if call.plots is not None and exercise.deep_stack is not None:
            from grader.cli.train import draw_plots

            drawn = draw_plots(grader, exercise.deep_stack, submission, report, call.plots)
    write_machine_formats([report], call, many=False)
    runs = (report.trained, report.rate_search)
    return report.passed and drawn and all(run is None or run.problem is None for run in runs)


def check_outputs(call: Call) -> None:
    """Before anything is graded: whether reports can be written where they are asked for.

    Raises UsageProblem, also for a report over what may be somebody's work.
    """
    to = Path(call.json_to) if call.json_to not in (None, "-") else None
    for path in filter(None, (to, call.junit, call.json_report, call.plots)):
        if path.suffix in (".py", ".ipynb") or path.name in EXERCISES:
            raise UsageProblem(f"{path}: a report is not written over code; name another file.")
        if path.is_dir() or not path.parent.is_dir():
            number = errno.EISDIR if path.is_dir() else errno.ENOENT
            raise UsageProblem(f"{path}: cannot be written ({os.strerror(number)}).")
        if not os.access(path if path.exists() else path.parent, os.W_OK):
            raise UsageProblem(f"{path}: cannot be written ({os.strerror(errno.EACCES)}).")


def grade_all(call: Call) -> bool:
    """Every exercise of the kit, a line each. True where all passed."""
    check_outputs(call)
    folder = kit.find_kit(not call.untrusted)
    exercises = [load_exercise(name) for name in EXERCISES]
    submissions = [
        submission_at(
            folder.submission(exercise), exercise, as_it_is=True, links=not call.untrusted
        )
        for exercise in exercises
    ]
    reports = []
    with open_grader(call) as grader:
        for exercise, submission in zip(exercises, submissions, strict=True):
            report = grader.grade(exercise, submission)
            if not call.untrusted and submission.problem is None:
                note_progress(folder, report)
            line, err = summary_line(report, exercise), call.json_to == "-"
            click.echo(cut_to_screen(line, sys.stderr if err else sys.stdout), err=err)
            reports.append(report)
    write_machine_formats(reports, call, many=True)
    return all(report.passed for report in reports)


def note_progress(folder: kit.Kit, report: "Report") -> None:
    """A folder that cannot be written to costs the progress in `grade list`, not the grading."""
    try:
        from grader.render.terminal import table_text

        folder.note_progress(report.exercise, report.as_json())
        if not report.unread:
            keep_table(folder, report.exercise, table_text(report))
        note_grading(folder, report)
    except OSError as error:
        where = shown(folder.root / kit.PROGRESS.parent)
        click.echo(f"Progress could not be saved in {where}: {error.strerror}.", err=True)


def summary_line(report: "Report", exercise: Exercise) -> str:
    figures = report.as_json()
    word = "passed" if report.passed else "not yet"
    if report.error is None and all(g.verdict == "missing" for g in report.gradients):
        word = "not started"
    score = f"{figures['score']:g}/{figures['max_score']:g}"
    first = report.first_own_error
    look = "" if first is None or first.verdict == "missing" else f"first error: {first.label}"
    if report.stopped_first is not None:
        look = f"first error: {report.stopped_first.where}"
    return f"{report.exercise:<12}{word:<12}{score:>6}  {look or exercise.title}"


def open_grader(call: Call) -> "Grader":
    """Read the names; load what grades."""
    data = NameData(read_names(call.names))
    load_grading(call.native)
    from grader.grading import Grader, Options

    grader = Grader(data, Options(call.seed, call.strict, call.timeout, call.untrusted))
    grader.launcher.waiting = show_waiting
    return grader


def load_grading(native: bool) -> None:
    """And torch, unless the command has (process/clean_start.py). Both are here to stay."""
    os.environ |= choose_kernels({}, native)
    load_torch()
    gc.disable()
    import grader.grading  # noqa: F401

    gc.freeze()
    gc.enable()


def show(report: "Report", exercise: Exercise, call: Call, before: str = "") -> None:
    """`before`: the last table, of a file that can no longer be parsed."""
    from grader.render.terminal import console, report_view

    to_stderr = call.json_to == "-"
    if report.output:
        click.echo("-- printed by the submission --", err=True)
        click.echo(fenced(report.output), err=True)
        click.echo("--", err=True)
    if call.trace and report.trace:
        click.echo(fenced(report.trace), err=True)
    if not to_stderr:
        worked = Path(report.submission).resolve() == kit.solution_path(exercise.name).resolve()
        view = report_view(report, exercise, worked, call.again, before)
        console().print(view, crop=False)  # a call to copy is whole, however narrow it is


def write_machine_formats(reports: "list[Report]", call: Call, many: bool) -> None:
    documents: list[dict[str, Any]] = [report.as_json() for report in reports]
    if call.json_to is not None:
        text = json.dumps(documents if many else documents[0], indent=2)
        if call.json_to == "-":
            click.echo(text)
        else:
            _write(Path(call.json_to), text + "\n")
    if call.junit is not None or call.json_report is not None:
        from grader.render.pytest_formats import write_pytest_formats

        write_pytest_formats(documents, call.junit, call.json_report)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageProblem(f"{path}: cannot be written ({error.strerror}).") from None


def note_native_kernels(report: "Report", call: Call) -> None:
    """Under --native: what is exact with the default kernels is inexact for theirs only.

    A second process settles it, since a process has one set of kernels.
    """
    import subprocess

    inexact = {g.name for g in report.gradients if g.verdict == "approximate"}
    if not inexact:
        return
    again = subprocess.run(
        [sys.executable, "-P", "-m", "grader", report.exercise, "--submission", report.submission,
         "--seed", str(call.seed), "--names", str(call.names), "--json",
         *(f"--gradient={pair}" for pair in call.gradients)],
        capture_output=True, check=False,
    )  # fmt: skip
    if again.returncode not in (0, 1):
        click.echo("The run with the default kernels failed, so the cause is not known.", err=True)
        return
    default = {g["name"] for g in json.loads(again.stdout)["gradients"] if g["verdict"] == "exact"}
    to_blame = [g.label for g in report.gradients if g.name in inexact & default]
    if to_blame:
        names = ", ".join(to_blame)
        click.echo(
            f"Exact without --native, so only this machine's vectorised kernels "
            f"({report.environment['cpu_capability']}) are the cause: {names}.",
            err=call.json_to == "-",
        )
