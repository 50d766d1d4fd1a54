"""`grade doctor`: what this machine can keep a submission from, tried out."""

import sys

import click

from grader.cli import main
from grader.cli.paragraphs import width, wrapped
from grader.errors import GRADER_FAILED, PASSED


@main.command()
def doctor() -> None:
    """Which layers of the sandbox hold on this machine.

    Each is tried in a process made for it. Exit code 0 where all that --untrusted requires
    hold, 3 where one does not.
    """
    from grader.process.sandbox.layers import LAYERS, missing
    from grader.process.sandbox.probe import probe

    outcomes = probe()
    for layer, outcome in zip(LAYERS, outcomes, strict=True):
        need = "required" if layer.required else "optional"
        word = "holds" if outcome.holds else "does not hold"
        click.secho(f"{layer.name:<22}", nl=False, bold=True)
        click.secho(f"{word:<15}", nl=False, fg="green" if outcome.holds else "red")
        said = layer.keeps if outcome.holds else outcome.problem or ""
        margin = " " * (47 if width() >= 70 else 4)  # beside the words, or below them
        body = wrapped(said, margin)
        click.echo(f"{need:<10}{body[47:]}" if len(margin) == 47 else f"{need}\n{body}")
    lacking = missing(outcomes)
    if lacking:
        names = ", ".join(outcome.name for outcome in lacking)
        refused = f"Not for other people's code: --untrusted is refused here ({names})."
        click.echo("\n" + wrapped(refused))
        click.echo("Your own code is graded with the layers that hold.")
    else:
        click.echo("\nAll that --untrusted requires holds here.")
    sys.exit(GRADER_FAILED if lacking else PASSED)
