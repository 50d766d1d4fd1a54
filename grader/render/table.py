"""The table of a report on a terminal: the lecture's columns and the verdict."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from grader.render.sentences import EXACT_ALONE, exact_alone, shape_note
from grader.report import GradientReport, Report, Stopped

STYLES = {
    "exact": "green",
    "approximate": "green",
    "inherited": "yellow",
    "wrong": "red",
    "wrong_shape": "red",
    "errored": "red",
    "timeout": "red",
    "forbidden": "red",
    "missing": "dim",
}
COLUMNS = ("  gradient", "exact", "approximate", "maxdiff", "verdict", "line")
SPARE = ("approximate", "exact", "maxdiff")  # left out in this order where it is narrow
GAP = 2  # spaces between columns
MOST_TEXT = 18  # characters of a line that writes no gradient
MARK = 2  # columns for the mark before a name

Row = tuple[Text, ...]


@dataclass(frozen=True)
class ReportTable:
    """One row a gradient, `>` before the first error.

    At the end, rows that say the same and hold no numbers are counted, not listed.
    """

    report: Report

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        gradients = listed(self.report)
        noted = list(self._rows(gradients))
        rows = [tuple(Text(column, style="bold") for column in COLUMNS), *(row for row, _ in noted)]
        rows = _narrowed(rows, options.max_width)
        widths, notes = _widths(rows), ["", *(note for _, note in noted)]
        for number, row in enumerate(rows):
            yield _line(row, widths)
            if note := notes[number]:
                yield Text(" " * 2 * MARK + note, style="dim", no_wrap=True, overflow="ignore")
            if number == 0:
                rule = _across(widths) - MARK
                dash = "-" if options.ascii_only else "─"
                yield Text(" " * MARK + dash * rule, style="dim", no_wrap=True, overflow="ignore")

    def _rows(self, gradients: Sequence[GradientReport]) -> Iterator[tuple[Row, str]]:
        """Each with a note to stand below it."""
        stopped, first = self.report.stopped_first, self.report.first_own_error
        below = above_which(stopped, gradients)
        for gradient in gradients:
            if stopped and gradient is below:
                yield _stop(stopped), ""
            marked = gradient is first and stopped is None
            yield tuple(_cells(gradient, marked)), shape_note(gradient)
        if stopped and below is None:
            yield _stop(stopped), ""
        left_out = len(self.report.gradients) - len(gradients)
        if left_out:
            style, verdict = STYLES[gradients[-1].verdict], gradients[-1].verdict
            more = Text(f"  and {left_out} more", style="dim")
            cells = {COLUMNS[0]: more, "verdict": Text(verdict, style=style)}
            yield tuple(cells.get(column, Text()) for column in COLUMNS), ""


def listed(report: Report) -> list[GradientReport]:
    """Without those at the end that say the same as the one before and hold no numbers."""
    gradients = list(report.gradients)
    while len(gradients) > 1 and _empty(gradients[-1]) == _empty(gradients[-2]) != "":
        gradients.pop()
    return gradients


def _narrowed(rows: list[Row], width: int) -> list[Row]:
    """Without the columns that the verdict sums up, where the lines would be too long."""
    for spare in SPARE:
        if _across(_widths(rows)) <= width:
            break
        at = [cell.plain for cell in rows[0]].index(spare)
        rows = [(*row[:at], *row[at + 1 :]) for row in rows]
    return rows


def _widths(rows: list[Row]) -> list[int]:
    return [max(cell.cell_len for cell in column) for column in zip(*rows, strict=True)]


def _across(widths: list[int]) -> int:
    return sum(widths) + GAP * (len(widths) - 1)


def _empty(gradient: GradientReport) -> str:
    """The verdict of a gradient that was not given; "" where one was."""
    return gradient.verdict if gradient.shape is None and gradient.diagnosis is None else ""


def _cells(gradient: GradientReport, marked: bool) -> Iterator[Text]:
    style = STYLES[gradient.verdict]
    known = gradient.maxdiff is not None
    yield Text(("> " if marked else "  ") + gradient.label, style=style if marked else "")
    yield Text(str(gradient.exact) if known else "-")
    yield Text(str(gradient.approximate) if known else "-")
    yield Text(f"{gradient.maxdiff:.3g}" if gradient.maxdiff is not None else "-")
    yield Text(gradient.verdict + (f" {EXACT_ALONE}" if exact_alone(gradient) else ""), style=style)
    yield Text(gradient.where or "-")


def above_which(
    stopped: Stopped | None, gradients: Sequence[GradientReport]
) -> GradientReport | None:
    """The first of these that is written below the line that ended the code."""
    return next((g for g in gradients if stopped and (g.line or 0) > stopped.line), None)


def start_of(text: str) -> str:
    """Of a line that writes no gradient, what there is room for."""
    return text if len(text) <= MOST_TEXT else f"{text[: MOST_TEXT - 3]}..."


def _stop(stopped: Stopped) -> Row:
    where = str(stopped.line) if stopped.place is None else str(stopped.place)
    cells = {COLUMNS[0]: Text(f"> {start_of(stopped.text)}", style="red"),
             "verdict": Text(stopped.how, style="red"), "line": Text(where)}  # fmt: skip
    return tuple(cells.get(column, Text("-")) for column in COLUMNS)


def _line(row: Row, widths: list[int]) -> Text:
    line = Text(no_wrap=True, overflow="ignore")
    for at, (cell, width) in enumerate(zip(row, widths, strict=True)):
        space = " " * (width - cell.cell_len)
        last = at == len(widths) - 1
        line.append(space if last else "")
        line.append_text(cell)
        line.append("" if last else space + " " * GAP)
    line.rstrip()
    return line
