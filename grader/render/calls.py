"""Calls to type on a terminal: each on one line, whatever its width, so that it can be copied."""

from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from grader.errors import one_line
from grader.render.paragraph import on_one_line

INDENT = 6  # of a call on a line of its own: under what follows "Next: "
GAP = 2


@dataclass(frozen=True)
class CallAfter:
    """A call at the end of a sentence, or below it where the line would be too long."""

    before: str
    call: str

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        call = one_line(self.call, 2000)
        line = Text(self.before + call)
        if line.cell_len <= options.max_width:
            yield line
        else:
            yield Text(self.before.rstrip())
            yield _unbroken(call)


@dataclass(frozen=True)
class Calls:
    """Calls one below the other, with what each does beside it, or below where it is narrow."""

    calls: tuple[tuple[str, str], ...]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width = max((len(call) for call, _ in self.calls), default=0)
        rows = [f"{call:<{width + GAP}}{what}" for call, what in self.calls]
        beside = all(INDENT + len(row) <= options.max_width for row in rows)
        for row, (call, what) in zip(rows, self.calls, strict=True):
            yield _unbroken(row if beside else call)
            if not beside:
                yield Text(" " * (INDENT + GAP) + what)


def _unbroken(text: str) -> Text:
    return on_one_line(" " * INDENT + text)
