"""Long texts a screen at a time, on a terminal only; a pipe gets them as they are."""

import shutil
import sys

import click


def paged(text: str) -> None:
    """Through `PAGER`, or less, where it is longer than the screen and somebody looks at it."""
    rows = shutil.get_terminal_size((80, 24)).lines
    looked_at = sys.stdout.isatty() and sys.stdin.isatty()
    if looked_at and text.rstrip("\n").count("\n") + 2 > rows:  # and the prompt
        click.echo_via_pager(text, color=None)
    else:
        click.echo(text, nl=False)
