"""Commands around the exercises: list, solution, reset, init. None imports torch."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli import main
from grader.cli.current import exercise_meant, gradient_meant
from grader.cli.pager import paged
from grader.cli.paragraphs import width, wrapped
from grader.course import EXERCISES
from grader.errors import UsageProblem, did_you_mean, shown

if TYPE_CHECKING:
    from grader.course.exercise import Exercise

NAME, REACHED = 12, 14  # columns of the list
BEGIN = (
    f"Start with {EXERCISES[0]}, or with exercise1 if you come from the lecture on backprop "
    "(makemore part 4)."
)


@main.command("list")
@click.option("--long", "at_length", is_flag=True, help="Also say what each of them teaches.")
def list_exercises(at_length: bool) -> None:
    """List the exercises, your progress, and what each builds on."""
    from grader.course.exercise import load_exercise
    from grader.workspace import kit

    try:
        progress = kit.find_kit().progress()
    except UsageProblem:  # no kit here: the course is worth showing all the same
        progress = {}
    lines = []
    for name in EXERCISES:
        exercise = load_exercise(name)
        after = f"(after {', '.join(exercise.builds_on)})" if exercise.builds_on else ""
        lines += _row(name, _reached(progress.get(name)), exercise.title, after)
        if at_length:
            lines.append(wrapped(exercise.teaches, _margin()))
    lines += ["", wrapped(BEGIN), "  grade lesson EXERCISE  the lesson, to read first"]
    lines.append("  grade list --long      what each of them teaches")
    paged("\n".join(lines) + "\n")


def _reached(entry: dict[str, Any] | None) -> str:
    if entry is None:
        return "not started"
    return "passed" if entry["passed"] else f"{entry['score']:g} of {entry['max_score']:g}"


def _row(name: str, reached: str, *texts: str) -> list[str]:
    """Texts beside name and progress, or below them where it is narrow; on one line if they fit."""
    head, margin = f"{name:<{NAME}}{reached:<{REACHED}}", _margin()
    line = " ".join(filter(None, texts))
    fits = len(margin + line) <= width()
    body = "\n".join(wrapped(text, margin) for text in ([line] if fits else texts) if text)
    beside = len(margin) == len(head)
    style = "green" if reached == "passed" else None
    shown = click.style(head if beside else head.rstrip(), bold=True, fg=style)
    return [shown + body[len(head) :]] if beside else [shown, body]


def _margin() -> str:
    return " " * (NAME + REACHED if width() >= 60 else 4)


@main.command()
@click.argument("exercise", required=False)
@click.argument("gradient", required=False)
@click.option("--yes", is_flag=True, help="Do not ask first.")
def solution(exercise: str | None, gradient: str | None, yes: bool) -> None:
    """Show the worked answer, or one GRADIENT of it."""
    from grader.workspace import kit
    from grader.workspace.stub import solution_lines

    course, gradient = gradient_meant(exercise, gradient)
    exercise = course.name
    wanted = None if gradient is None else gradient_named(course, gradient)
    confirm_reveal(
        exercise, exercise if wanted is None else course.label(wanted), "worked answer", yes
    )
    source = kit.solution_source(exercise)
    click.echo(source.rstrip("\n") if wanted is None else solution_lines(course, source, wanted))


def confirm_reveal(exercise: str, what: str, document: str, yes: bool) -> None:
    """Ask on a terminal before an exercise's answer is shown that has not passed yet.

    Raises Abort for a no.
    """
    from grader.workspace import kit

    try:
        passed = kit.find_kit().progress().get(exercise, {}).get("passed", False)
    except UsageProblem:
        passed = False
    if not (passed or yes) and sys.stdin.isatty() and sys.stdout.isatty():
        click.confirm(f"{what} has not passed yet. Show the {document}?", abort=True, err=True)


def gradient_named(exercise: "Exercise", word: str) -> str:
    """`counts` or `dcounts`, whichever is typed. Raises UsageProblem, with near names."""
    return gradients_named(exercise, word)[0]


def gradients_named(exercise: "Exercise", word: str) -> tuple[str, ...]:
    """The same; of a method (`__mul__`), all that is written in it. Raises UsageProblem."""
    if found := exercise.named(word):
        return found
    typed = list(dict.fromkeys(map(exercise.word, exercise.gradients)))
    near = did_you_mean(word, typed)
    more = f" There is: {', '.join(typed)}" if near == "." else ""
    raise UsageProblem(f"{word}: no such gradient here{near}{more}")


@main.command()
@click.argument("exercise", required=False)
def reset(exercise: str | None) -> None:
    """Restore the stub; your file is kept beside it."""
    from grader.workspace import kit
    from grader.workspace.hint_state import forget
    from grader.workspace.last_table import forget_table

    exercise = exercise_meant(exercise).name
    folder = kit.find_kit()
    kept = folder.reset(exercise)
    try:
        folder.forget_progress(exercise)
        forget(folder, exercise)
        forget_table(folder, exercise)
    except OSError as error:
        where = shown(folder.root / kit.PROGRESS.parent)
        click.echo(f"Progress could not be reset in {where}: {error.strerror}.", err=True)
    click.echo(f"{shown(folder.stub(exercise))} is the stub again.")
    if kept is not None:
        click.echo(f"Your file is kept as {shown(kept)}")


@main.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), metavar="DIR")
def init(folder: Path) -> None:
    """Set up the kit in DIR: stubs, worked answers, names."""
    from grader.workspace import kit

    try:
        kit.lay_out(folder)
    except OSError as error:
        raise UsageProblem(f"{folder}: cannot be written ({error.strerror}).") from None
    first = EXERCISES[0]
    click.echo(f"The kit is in {folder}. Start with:")
    click.echo(f"  cd {folder}")
    click.echo(f"  grade lesson {first}")
    click.echo(f"  open exercises/{first}.py and replace the first None")
    click.echo(f"  grade {first}")
    click.echo("Or with exercise1, if you come from the lecture on backprop (makemore part 4).")
