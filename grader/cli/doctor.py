"""`grade doctor`: test which layers of the sandbox work on this machine."""

import sys

import click

from grader.cli import main
from grader.cli.paragraphs import width, wrapped
from grader.errors import GRADER_FAILED, PASSED


@main.command()
def doctor() -> None:
    """Test which layers of the sandbox work on this machine.

    Each is tried in a process of its own. Exit code 0 if all that --untrusted requires work, 3
    if one of them does not.
    """
    from grader.process.sandbox.layers import LAYERS, missing
    from grader.process.sandbox.probe import probe

    outcomes = probe()
    for layer, outcome in zip(LAYERS, outcomes, strict=True):
        need = "required" if layer.required else "optional"
        word = "works" if outcome.holds else "does not work"
        click.secho(f"{layer.name:<22}", nl=False, bold=True)
        click.secho(f"{word:<15}", nl=False, fg="green" if outcome.holds else "red")
        said = layer.keeps if outcome.holds else outcome.problem or ""
        margin = " " * (47 if width() >= 70 else 4)  # beside the words, or below them
        body = wrapped(said, margin)
        click.echo(f"{need:<10}{body[47:]}" if len(margin) == 47 else f"{need}\n{body}")
    lacking = missing(outcomes)
    if lacking:
        names = ", ".join(outcome.name for outcome in lacking)
        refused = f"Do not grade other people's code here: --untrusted is refused ({names})."
        click.echo("\n" + wrapped(refused))
        click.echo("Your own code is graded with the layers that work.")
    else:
        click.echo("\nAll that --untrusted requires works here.")
    sys.exit(GRADER_FAILED if lacking else PASSED)
