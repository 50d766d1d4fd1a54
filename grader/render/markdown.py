"""Markdown on a terminal, and as plain text for a pipe. rich's parser (markdown-it) reads it."""

from collections.abc import Iterator

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


def plain_paragraphs(text: str) -> Iterator[str]:
    """Each paragraph on one line, without the marks of bold and italics; code as it is written.

    Backticks stay around code: they tell it from words.
    """
    for token in Markdown(text).parsed:
        if token.type != "inline":
            continue
        said = ""
        for part in token.children or ():
            match part.type:
                case "code_inline":
                    said += f"`{part.content}`"
                case "softbreak" | "hardbreak":
                    said += " "
                case _:
                    said += part.content  # of words; the marks themselves have none
        yield said
