"""`grade lesson`: what an exercise is about, to be read before it. Imports no torch."""

import sys
from pathlib import Path

import click

from grader import course
from grader.cli import main
from grader.cli.current import exercise_meant

FOLDER = Path(course.__file__).parent / "lessons"


def lesson_text(exercise: str) -> str:
    """Markdown. Raises UnknownExercise, with near names."""
    from grader.course.exercise import load_exercise

    return (FOLDER / f"{load_exercise(exercise).name}.md").read_text(encoding="utf-8")


@main.command()
@click.argument("exercise", required=False)
def lesson(exercise: str | None) -> None:
    """Show the lesson of an EXERCISE: the idea, a small example, the shapes, where to read on."""
    text = lesson_text(exercise_meant(exercise).name)
    if sys.stdout.isatty():
        _render(text)
    else:
        click.echo(text, nl=False)


def _render(text: str) -> None:
    from grader.cli.paragraphs import width
    from grader.render.markdown import THEME, MarkdownPage
    from grader.render.terminal import console

    terminal = console()
    terminal.push_theme(THEME)
    terminal.print(MarkdownPage(text), width=width(), crop=False)
