"""`grade derivation`: the formula of a one-step exercise, step by step. Imports no torch."""

import sys
from functools import partial

import click

from grader.cli import main
from grader.cli.current import exercise_meant
from grader.cli.learner import confirm_reveal
from grader.cli.lesson import page


@main.command()
@click.argument("exercise", required=False)
@click.option("--latex", "as_document", is_flag=True, help="As a LaTeX document.")
@click.option("--yes", is_flag=True, help="Do not ask first.")
def derivation(exercise: str | None, as_document: bool, yes: bool) -> None:
    """Show how the formula of a one-step EXERCISE is derived, after it has passed."""
    from grader.course.derivation import derivation_text
    from grader.render.derivation import as_latex, as_markdown
    from grader.workspace import kit
    from grader.workspace.stub import solution_lines

    course = exercise_meant(exercise)
    text = derivation_text(course.name)
    confirm_reveal(course.name, course.name, "derivation", yes)
    lines = partial(solution_lines, course, kit.solution_source(course.name))
    if as_document:
        click.echo(as_latex(text, lines), nl=False)
    elif sys.stdout.isatty():
        page(as_markdown(text, lines))
    else:
        click.echo(as_markdown(text, lines), nl=False)
