"""`grade hint`: the hint ladder of a gradient, a rung more at each call. Imports no torch."""

from typing import TYPE_CHECKING

import click

from grader.cli import main
from grader.cli.current import gradient_meant
from grader.cli.learner import gradients_named
from grader.cli.paragraphs import wrapped
from grader.errors import UsageProblem, printable, shown
from grader.report import PASSING

if TYPE_CHECKING:
    from grader.course.exercise import Exercise
    from grader.workspace.hint_state import LastGrading
    from grader.workspace.hints import Rung
    from grader.workspace.kit import Kit


@main.command()
@click.argument("exercise", required=False)
@click.argument("gradient", required=False)
@click.option("--rung", type=click.IntRange(1), help="Show this rung instead of the next one.")
@click.option("--all", "whole", is_flag=True, help="Show every rung.")
def hint(exercise: str | None, gradient: str | None, rung: int | None, whole: bool) -> None:
    """Show the next hint for a GRADIENT, or for the first error of the last grading."""
    from grader.workspace.hint_state import LastGrading, begun_anew, last_grading, note_rung
    from grader.workspace.hints import ladder
    from grader.workspace.kit import find_kit

    course, gradient = gradient_meant(exercise, gradient)
    exercise = course.name
    named = () if gradient is None else gradients_named(course, gradient)
    if whole and rung is not None:
        raise UsageProblem("--rung and --all cannot be combined.")
    folder = find_kit()
    last = LastGrading() if begun_anew(folder, exercise) else last_grading(folder, exercise)
    name = _meant(named, last) if named else last.first
    if name is None or name not in course.gradients:
        click.echo(_nothing_to_hint_at(exercise, course.word(course.gradients[0]), last))
        return
    label, finding = course.label(name), last.finding(name)
    rungs = ladder(course, name, finding)
    if rung is not None and rung > len(rungs):
        raise UsageProblem(f"{label} has {len(rungs)} rungs; there is no rung {rung}.")
    if remark := _remark(folder, course, name, last):
        click.echo(wrapped(remark) + "\n")
    at = rung or min(max(last.rungs.get(name, 0), 0) + 1, len(rungs))
    numbers = range(1, len(rungs) + 1) if whole else (at,)
    for number in numbers:
        _show(f"{label}, hint {number} of {len(rungs)}: ", rungs[number - 1])
    click.echo(_onward(exercise, gradient or course.word(name), numbers[-1], len(rungs)))
    try:
        note_rung(folder, exercise, name, numbers[-1])
    except OSError as error:
        click.echo(
            f"The hint shown could not be recorded: {error.filename}: {error.strerror}.", err=True
        )


def _meant(named: tuple[str, ...], last: "LastGrading") -> str:
    """Of a method's rows, the first that is wrong."""
    findings = ((name, last.finding(name)) for name in named)
    right = (*PASSING, "inherited")
    wrong = (name for name, found in findings if found and found.verdict not in right)
    return next(wrong, named[0])


def _nothing_to_hint_at(exercise: str, first: str, last: "LastGrading") -> str:
    if not last.graded:
        return (
            f"{exercise} has not been graded yet, so there is no mistake to give a hint for.\n"
            f"Run: grade {exercise}\n"
            f"Or name a gradient: grade hint {exercise} {first}"
        )
    if last.passed:
        return f"{exercise} has passed: there is nothing left to hint at."
    return (
        "In the last grading every line was right on its own.\n"
        f"Run: grade {exercise}, or name a gradient: grade hint {exercise} {first}"
    )


def _remark(folder: "Kit", course: "Exercise", name: str, last: "LastGrading") -> str:
    """What the last grading has to say before a hint is read; "" for nothing."""
    from grader.workspace.hint_state import saved_at

    exercise, label, finding = course.name, course.label(name), last.finding(name)
    if finding is None:
        return ""
    if last.saved != saved_at(folder, exercise):
        path = shown(folder.stub(exercise))
        return f"{path} has changed since it was last graded; to grade it again: grade {exercise}"
    if finding.verdict in PASSING:
        return f"{label} was right when it was last graded."
    if finding.verdict == "inherited":
        first = "" if last.first is None else f" First error: {course.label(last.first)}."
        return f"The line of {label} is right, but a gradient that it uses is wrong.{first}"
    return ""


def _show(head: str, rung: "Rung") -> None:
    import re

    click.secho(head + rung.title, bold=True)
    for line in rung.lines:
        text = printable(line.lstrip(" "), 2000)
        margin = " " * (2 + len(line) - len(line.lstrip(" ")))
        number = re.match(r"\d+\. ", text)
        click.echo(wrapped(text, margin, margin + " " * (number.end() if number else 0)))
    click.echo()


def _onward(exercise: str, word: str, at: int, rungs: int) -> str:
    if at < rungs:
        return f"The next hint: grade hint {exercise} {word}"
    return f"That was the last hint. The worked answer: grade solution {exercise} {word}"
