"""Commands around the exercises: list, solution, reset, init. None imports torch."""

import sys
from pathlib import Path

import click

from grader import kit
from grader.cli import main
from grader.course import EXERCISES
from grader.errors import UsageProblem, did_you_mean, shown
from grader.exercise import load_exercise
from grader.last_grading import forget
from grader.stub import solution_lines


@main.command("list")
def list_exercises() -> None:
    """The exercises, what each teaches, how far you are."""
    try:
        progress = kit.find_kit().progress()
    except UsageProblem:  # no kit here: the course is worth showing all the same
        progress = {}
    for name in EXERCISES:
        exercise = load_exercise(name)
        entry = progress.get(name)
        reached = "passed" if entry and entry["passed"] else "not started"
        if entry and not entry["passed"]:
            reached = f"{entry['score']:g} of {entry['max_score']:g}"
        click.secho(f"{name:<12}{reached:<14}", nl=False, bold=True)
        click.echo(exercise.title)
        after = f" After {' and '.join(exercise.after)}." if exercise.after else ""
        click.echo(click.wrap_text(exercise.teaches + after, 78, " " * 26, " " * 26))


@main.command()
@click.argument("exercise")
@click.argument("gradient", required=False)
@click.option("--yes", is_flag=True, help="Do not ask first.")
def solution(exercise: str, gradient: str | None, yes: bool) -> None:
    """Reveal the worked answer, whole or one GRADIENT of it."""
    course = load_exercise(exercise)
    wanted = None if gradient is None else gradient_named(course.gradients, gradient)
    try:
        passed = kit.find_kit().progress().get(exercise, {}).get("passed", False)
    except UsageProblem:
        passed = False
    if not (passed or yes) and sys.stdin.isatty() and sys.stdout.isatty():
        what = exercise if wanted is None else f"d{wanted}"
        click.confirm(f"{what} is not passed yet. Show the worked answer?", abort=True, err=True)
    source = kit.solution_source(exercise)
    click.echo(source.rstrip("\n") if wanted is None else solution_lines(source, wanted))


def gradient_named(gradients: tuple[str, ...], word: str) -> str:
    """`counts` or `dcounts`, whichever is typed. Raises UsageProblem, with near names."""
    for name in (word, word.removeprefix("d")):
        if name in gradients:
            return name
    near = did_you_mean(word, [*gradients, *("d" + name for name in gradients)])
    raise UsageProblem(f"{word}: no such gradient here{near} There is: {', '.join(gradients)}")


@main.command()
@click.argument("exercise")
def reset(exercise: str) -> None:
    """Restore the stub; your file is kept beside it."""
    load_exercise(exercise)
    folder = kit.find_kit()
    kept = folder.reset(exercise)
    try:
        folder.forget_progress(exercise)
        forget(folder, exercise)
    except OSError as error:
        click.echo(f"Progress is not reset: {error.filename}: {error.strerror}.", err=True)
    click.echo(f"{shown(folder.stub(exercise))} is the stub again.")
    if kept is not None:
        click.echo(f"Your file is kept as {shown(kept)}")


@main.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), metavar="DIR")
def init(folder: Path) -> None:
    """Lay the kit out in DIR: stubs, worked answers, names."""
    try:
        kit.lay_out(folder)
    except OSError as error:
        raise UsageProblem(f"{folder}: cannot be written ({error.strerror}).") from None
    click.echo(f"The kit is in {folder}. Start with:")
    click.echo(f"  cd {folder}")
    click.echo("  open exercises/exercise1.py and replace the first None")
    click.echo("  grade exercise1")
