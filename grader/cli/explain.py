"""`grade explain`: the pages of the known mistakes. Imports no torch."""

import sys
from typing import TYPE_CHECKING

import click

from grader.cli import main
from grader.cli.pager import paged
from grader.cli.paragraphs import wrapped
from grader.errors import UsageProblem, did_you_mean

if TYPE_CHECKING:
    from grader.workspace.pages import Page


@main.command()
@click.argument("mistake", required=False)
def explain(mistake: str | None) -> None:
    """What a MISTAKE is, why it matters, how to see it. Without one: all of them, listed."""
    from grader.diagnose.mistakes import MISTAKES
    from grader.workspace.pages import read_page

    if mistake is None:
        lines = [
            wrapped(read_page(known).summary, f"{known:<27}", " " * 27)
            for known in sorted(MISTAKES)
        ]
        paged("\n".join(lines) + "\n")
        return
    name = mistake.replace("_", "-")
    if name not in MISTAKES:
        near = did_you_mean(name, MISTAKES)
        more = " `grade explain` lists them all." if near == "." else ""
        raise UsageProblem(f"{mistake}: no such mistake{near}{more}")
    page = read_page(name)
    if sys.stdout.isatty():
        _render(page)
    else:
        from grader.render.plain_markdown import plain_paragraphs

        click.echo(wrapped(f"{name}: {page.summary}"))
        for paragraph in plain_paragraphs(page.body):
            click.echo("\n" + wrapped(paragraph))


def _render(page: "Page") -> None:
    from rich.text import Text

    from grader.cli.paragraphs import width
    from grader.render.markdown import THEME, MarkdownPage
    from grader.render.terminal import console

    terminal = console()
    terminal.push_theme(THEME)
    head = Text.assemble((page.mistake, "bold"), f": {page.summary}")
    with terminal.capture() as text:
        terminal.print(head, width=width())
        terminal.print()
        terminal.print(MarkdownPage(page.body), width=width(), crop=False)
    paged(text.get())
