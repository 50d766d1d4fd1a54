"""A learning-rate finder's result on a terminal: the loss over the rates, as columns."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.text import Text

from grader.report import RateSearch

ROWS = 10
COLUMNS = 64  # at most
MARGIN = 9  # of the labels on the left
EIGHTHS = " ▁▂▃▄▅▆▇█"
HALVES = " .....:::"  # the same in ASCII: a lower half, a whole


def rates_view(search: RateSearch, first: float) -> RenderableType:
    """`first`: the learning rate that the exercise's recipe starts with."""
    said = f"The loss at {len(search.rates):,} learning rates, one step with each:"
    parts: list[RenderableType] = [Text(said, style="bold")]
    parts.append(RateChart(search))
    if search.lowest is not None:
        parts.append(Text(f"The loss is lowest at a rate of {search.lowest:.2g}."))
    parts.append(Text(f"--train starts with {first:g}."))
    return Group(*parts)


@dataclass(frozen=True)
class RateChart:
    """A column is the mean loss of some neighbouring rates; what is far up is cut at the top."""

    search: RateSearch

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        if self.search.losses:
            width = max(min(COLUMNS, options.max_width - MARGIN - 1), 1)
            yield from self._lines(width, HALVES if options.ascii_only else EIGHTHS)

    def _lines(self, width: int, blocks: str) -> Iterator[Text]:
        losses, rates = self.search.losses, self.search.rates
        columns = min(width, len(losses))
        bounds = [len(losses) * column // columns for column in range(columns + 1)]
        means = [sum(losses[start:end]) / (end - start) for start, end in pairwise(bounds)]
        low, high = min(means), max(means[0], min(means) + 0.01)
        top = low + 1.25 * (high - low)  # what blows up would leave nothing to see of the rest
        full = ROWS * 8
        heights = [max(1, min(full, round((mean - low) / (top - low) * full))) for mean in means]
        for row in range(ROWS - 1, -1, -1):
            label = {ROWS - 1: f"{top:.2f}", 0: f"{low:.2f}"}.get(row, "")
            line = "".join(blocks[max(0, min(8, height - row * 8))] for height in heights)
            yield Text(f"{label:>{MARGIN - 2}}  {line}".rstrip())
        axis = _axis([rates[start] for start in bounds[:-1]])
        yield Text((" " * MARGIN + axis).rstrip())


def _axis(rates: list[float]) -> str:
    """The powers of ten, each under the first column that reaches it."""
    line = [" "] * len(rates)
    for power in range(math.ceil(math.log10(rates[0]) - 1e-9), math.ceil(math.log10(rates[-1]))):
        at = next(column for column, rate in enumerate(rates) if rate >= 0.999 * 10.0**power)
        label = f"{10.0**power:g}"
        if not "".join(line[max(at - 1, 0) :]).strip():
            line[at : at + len(label)] = label
    return "".join(line)
