"""Text in paragraphs, wrapped and indented."""

from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from grader.errors import one_line


@dataclass(frozen=True)
class Paragraph:
    """Text wrapped to the width there is, indented, and without spaces at the line ends."""

    text: Text
    indent: int = 0
    later: int = 0  # further, of all lines but the first

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width = max(options.max_width - self.indent - self.later, 20)
        for number, line in enumerate(self.text.wrap(console, width)):
            line.rstrip()
            yield Text(" " * (self.indent + (self.later if number else 0))).append_text(line)


def paragraph(text: str, style: str = "", indent: int = 0) -> Paragraph:
    return Paragraph(Text(one_line(text, 2000), style=style), indent)


def on_one_line(text: str, style: str = "") -> Text:
    """What has to stay whole, however narrow it is: a call to copy, a place to click on."""
    return Text(one_line(text, 2000), style=style, no_wrap=True, overflow="ignore")


def quoted(text: str, style: str = "") -> Paragraph:
    """A sentence that quotes what a submission says: no line of it stands where one of the
    report's begins, however it is wrapped."""
    return Paragraph(Text(one_line(text, 2000), style=style), later=2)
