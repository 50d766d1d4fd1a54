"""Markdown on a terminal, drawn by rich."""

from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import CodeBlock, Heading, Markdown
from rich.text import Text
from rich.theme import Theme

# rich's own code in a sentence is on black.
THEME = Theme({"markdown.code": "cyan", "markdown.h1": "bold", "markdown.h2": "bold"})


class LeftHeading(Heading):
    """rich's own is in a box, or centred."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        self.text.justify = "left"
        yield self.text


class Code(CodeBlock):
    """In the colour of the forward pass's chunks; its lines are never broken, to be copied."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in str(self.text).rstrip().split("\n"):
            yield Text(f"    {line}".rstrip(), style="cyan", no_wrap=True, overflow="ignore")


class MarkdownPage(Markdown):
    """To be printed with crop=False, under THEME."""

    elements = Markdown.elements | {
        "heading_open": LeftHeading,
        "fence": Code,
        "code_block": Code,
    }
