"""Text in paragraphs, wrapped and indented."""

from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from grader.errors import printable


@dataclass(frozen=True)
class Paragraph:
    """Text wrapped to the width there is, indented, and without spaces at the line ends."""

    text: Text
    indent: int = 0

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width = max(options.max_width - self.indent, 20)
        for line in self.text.wrap(console, width):
            line.rstrip()
            yield Text(" " * self.indent).append_text(line)


def paragraph(text: str, style: str = "", indent: int = 0) -> Paragraph:
    return Paragraph(Text(printable(text, 2000), style=style), indent)
