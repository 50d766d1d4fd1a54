"""`grade lesson`: what an exercise is about, to be read before it. Imports no torch."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader import course
from grader.cli import main
from grader.cli.current import exercise_meant
from grader.cli.pager import paged

if TYPE_CHECKING:
    from grader.course.exercise import Exercise

FOLDER = Path(course.__file__).parent / "lessons"


def lesson_text(exercise: str) -> str:
    """Markdown. Raises UnknownExercise, with near names."""
    from grader.course.exercise import load_exercise

    return (FOLDER / f"{load_exercise(exercise).name}.md").read_text(encoding="utf-8")


def with_forward_pass(exercise: "Exercise") -> str:
    """The lesson, beginning with what it is about: the forward pass in one piece."""
    from grader.workspace.forward_text import forward_lines

    title, _, text = lesson_text(exercise.name).partition("\n")
    if exercise.kind.in_methods:  # there the forward pass is what the learner's classes make of it
        return f"{title}\n{text}"
    chunks = "\n".join(forward_lines(exercise))
    return f"{title}\n\n```python\n{chunks}\n```\n{text}"


@main.command()
@click.argument("exercise", required=False)
def lesson(exercise: str | None) -> None:
    """Show the lesson of an EXERCISE: the idea, a small example, the shapes, where to read on."""
    text = with_forward_pass(exercise_meant(exercise))
    if sys.stdout.isatty():
        page(text)
    else:
        click.echo(text, nl=False)


def page(text: str) -> None:
    """Markdown on a terminal, drawn, and a screen at a time."""
    from grader.cli.paragraphs import width
    from grader.render.markdown import THEME, MarkdownPage
    from grader.render.terminal import console

    terminal = console()
    terminal.push_theme(THEME)
    with terminal.capture() as drawn:
        terminal.print(MarkdownPage(text), width=width(), crop=False)
    paged(drawn.get())
