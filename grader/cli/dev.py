"""Commands for those who write exercises."""

import sys

import click

from grader.cli import main
from grader.errors import NOT_PASSED


@main.group()
def dev() -> None:
    """For those who write exercises."""


@dev.command()
def stubs() -> None:
    """Rewrite exercises/ from the course and the worked answers."""
    from grader.course import EXERCISES
    from grader.workspace import kit

    folder = kit.ORIGIN / "exercises"
    folder.mkdir(exist_ok=True)
    for name in EXERCISES:
        (folder / f"{name}.py").write_text(kit.pristine_stub(name), encoding="utf-8")
        click.echo(f"exercises/{name}.py")


@dev.command()
def check() -> None:
    """Check the kit: stubs are up to date and grade as missing, worked answers pass."""
    from grader.cli.consistency import failures

    problems = list(failures(click.echo))
    for problem in problems:
        click.secho(problem, fg="red", err=True)
    sys.exit(NOT_PASSED if problems else 0)


@dev.command("dialect")
def dialect_list() -> None:
    """Rewrite what `grade dialect` lists of torch, from the installed torch."""
    from grader.cli.dialect_from_torch import rewritten
    from grader.syntax.dialect import LIST

    LIST.write_text(rewritten(LIST.read_text(encoding="utf-8")), encoding="utf-8")
    click.echo(str(LIST.name))
