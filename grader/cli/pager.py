"""Long texts a screen at a time, on a terminal only; a pipe gets them as they are."""

import os
import shutil
import sys

import click

# Colours as they are; and what to press, for those who meet less for the first time.
LESS = r"-R -Psspace\: next page, b\: back, q\: leave$"


def paged(text: str) -> None:
    """Through `PAGER`, or less, where it is longer than the screen and somebody looks at it."""
    rows = shutil.get_terminal_size((80, 24)).lines
    looked_at = sys.stdout.isatty() and sys.stdin.isatty()
    if looked_at and text.rstrip("\n").count("\n") + 2 > rows:  # and the prompt
        os.environ.setdefault("LESS", LESS)
        click.echo_via_pager(text, color=None)
    else:
        click.echo(text, nl=False)
