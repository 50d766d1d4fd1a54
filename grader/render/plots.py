"""The lecture's diagnostic plots as one page: no scripts, light and dark, narrow and wide.

A pure function of LayerStatistics. Source: Zero to Hero, makemore part 3.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from html import escape

from grader.errors import printable
from grader.render.layer_records import RIGHT_UPDATE, SATURATED, LayerStatistics, Spread
from grader.render.plot_style import COLOURS, STYLE
from grader.render.svg import Box, Line, drawing


def plots_page(stacks: Sequence[LayerStatistics], submission: str) -> str:
    """A whole HTML file. `stacks`: for each gain, without BatchNorm and with it."""
    hidden, steps = len(stacks[0].layers), len(stacks[0].losses)
    head = "What your layers do in a deep stack"
    said = (
        f"{hidden} times Linear and Tanh, then a last Linear, on names; its weights start as "
        f"normal numbers times gain / sqrt(fan_in), the last ones times 0.1. Forward and backward "
        f"are those of {printable(submission, 300)}."
    )
    parts = [
        "<!DOCTYPE html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{head}</title><style>{STYLE}{COLOURS}</style></head><body>",
        f"<h1>{head}</h1><p>{escape(said)}</p>",
        *_section(
            "Activations",
            "The outputs of each Tanh for the first batch. With too small a gain they shrink "
            f"from layer to layer; with too large a gain they pile up where tanh is flat (beyond "
            f"{SATURATED}, shaded) and lets little of the gradient through. 5/3 keeps their "
            "spread. With BatchNorm the gain makes no difference: each batch is normalised again. "
            "After so few steps a large gain can have the lowest loss all the same, and BatchNorm "
            "need not win: six layers train without it too. It pays where networks are deeper.",
            stacks,
            _activations,
        ),
        *_section(
            "Gradients",
            "Of the loss with respect to the same values. On the way back, from the last layer "
            "to the first, they keep their size if the gain is right; if it is too small "
            "they shrink, if it is too large they grow.",
            stacks,
            _gradients,
        ),
        *_first_ratios(stacks),
        *_section(
            "Update : data",
            f"How far a step moves each weight, over {steps} steps: the standard deviation of the "
            f"update divided by that of the weights. About {RIGHT_UPDATE:g} (dashed) is right: "
            "well below, learning is slow; far above, the learning rate is too large. The last "
            "layer starts small, so it stands out. With BatchNorm a larger gain makes the "
            "relative updates smaller: the learning rate has to follow.",
            stacks,
            _updates,
        ),
        "</body></html>",
    ]
    return "\n".join(parts) + "\n"


def _section(
    title: str,
    said: str,
    stacks: Sequence[LayerStatistics],
    figure: Callable[[LayerStatistics], str],
) -> Iterator[str]:
    yield f"<h2>{title}</h2><p>{escape(said)}</p>"
    for normalised in (False, True):
        yield f"<h3>{_which(normalised)}</h3>"
        yield '<div class="grid">'
        yield from (figure(stack) for stack in stacks if stack.normalised is normalised)
        yield "</div>"


def _which(normalised: bool) -> str:
    return "With BatchNorm" if normalised else "Without BatchNorm"


def _gain(stack: LayerStatistics) -> str:
    return f"gain {Fraction(stack.gain).limit_denominator(9)}"


def _activations(stack: LayerStatistics) -> str:
    spreads = [layer.activations for layer in stack.layers]
    rows = [
        (f"{round(s.mean, 2) + 0.0:.2f}", f"{s.std:.2f}", f"{layer.saturated:.1%}", str(layer.dead))
        for s, layer in zip(spreads, stack.layers, strict=True)
    ]
    box = _histogram(spreads, [(-1, "-1"), (0, "0"), (1, "1")])
    shaded = ((-1.0, -SATURATED), (SATURATED, 1.0))
    box = Box(box.x, box.y, box.x_labels, left=box.left, shaded=shaded)
    table = _table(("layer", "mean", "std", "saturated", "dead"), rows)
    return _figure(_gain(stack), "", drawing(box, _spread_lines(spreads), "activations"), table)


def _gradients(stack: LayerStatistics) -> str:
    spreads = [layer.gradients for layer in stack.layers]
    high = spreads[0].high
    box = _histogram(spreads, [(-high, f"{-high:.1e}"), (0, "0"), (high, f"{high:.1e}")])
    table = _table(("layer", "std"), [(f"{spread.std:.1e}",) for spread in spreads])
    return _figure(_gain(stack), "", drawing(box, _spread_lines(spreads), "gradients"), table)


def _histogram(spreads: Sequence[Spread], labels: Sequence[tuple[float, str]]) -> Box:
    """The height is each plot's own: what piles up in one would hide the shapes of others."""
    highest = max(max(spread.shares) for spread in spreads)
    return Box((spreads[0].low, spreads[0].high), (0.0, highest or 1.0), labels, left=8)


def _spread_lines(spreads: Sequence[Spread]) -> list[Line]:
    lines = []
    for number, spread in enumerate(spreads, 1):
        width = (spread.high - spread.low) / len(spread.shares)
        points = [(spread.low + (at + 0.5) * width, s) for at, s in enumerate(spread.shares)]
        said = f"layer {number}: mean {spread.mean:.2g}, std {spread.std:.2g}"
        lines.append(Line(points, f"l{number}", said, filled=True))
    return lines


def _first_ratios(stacks: Sequence[LayerStatistics]) -> Iterator[str]:
    yield "<h2>Gradient : data</h2>"
    yield (
        "<p>The standard deviation of each weight's gradient divided by that of the weights, at "
        "the first step. "
        "Where one layer stands out, one learning rate cannot suit them all: here it is the "
        "last, whose weights start small.</p>"
    )
    gains = [stack for stack in stacks if not stack.normalised]
    keys = [(f"g{number}", _gain(stack)) for number, stack in enumerate(gains, 1)]
    yield _legend(keys)
    ratios = [ratio for stack in stacks for ratio in stack.gradient_to_data]
    low, high = _powers(ratios)
    yield '<div class="grid">'
    for normalised in (False, True):
        shown = [stack for stack in stacks if stack.normalised is normalised]
        count = len(shown[0].gradient_to_data)
        box = Box(
            (0.5, count + 0.5), (low, high),
            [(at, f"weight {at}" if at == 1 else str(at)) for at in range(1, count + 1)],
            _decades(low, high),
        )  # fmt: skip
        lines = [
            Line(
                [(at, _log(ratio)) for at, ratio in enumerate(stack.gradient_to_data, 1)],
                f"g{number}", _gain(stack), marked=True,
            )
            for number, stack in enumerate(shown, 1)
        ]  # fmt: skip
        yield _figure(_which(normalised), "", drawing(box, lines, "gradient to data ratios"), "")
    yield "</div>"


def _updates(stack: LayerStatistics) -> str:
    steps = len(stack.losses)
    labels = [(0, "0"), (steps / 2, f"{steps // 2}"), (steps, f"{steps} steps")]
    aim = math.log10(RIGHT_UPDATE)
    box = Box((0, steps), (-4.5, -0.3), labels, _decades(-4, -1), dashed=aim)
    lines = [
        Line([(at, _log(u)) for at, u in _smoothed(updates)], f"l{number}", f"weight {number}")
        for number, updates in enumerate(stack.update_to_data, 1)
    ]
    last = stack.losses[-max(steps // 10, 1) :]
    loss = f"loss {stack.losses[0]:.2f}, at the end {sum(last) / len(last):.2f}"
    keys = [(line.style, str(number)) for number, line in enumerate(lines, 1)]
    legend = _legend([(keys[0][0], "weight 1"), *keys[1:]])
    return _figure(_gain(stack), loss, drawing(box, lines, "update to data ratios"), legend)


def _smoothed(values: Sequence[float]) -> Iterator[tuple[float, float]]:
    """The mean of each few steps, at their middle: a batch's own gradient is noisy."""
    few = max(len(values) // 50, 1)
    for start in range(0, len(values) - few + 1, few):
        yield start + few / 2, sum(values[start : start + few]) / few


def _log(ratio: float) -> float:
    return math.log10(max(ratio, 1e-12))


def _powers(ratios: Sequence[float]) -> tuple[float, float]:
    logs = [_log(ratio) for ratio in ratios]
    low = math.floor(min(logs))
    return float(low), float(max(math.ceil(max(logs)), low + 1))


def _decades(low: float, high: float) -> list[tuple[float, str]]:
    return [(power, f"1e{power}") for power in range(round(low), round(high) + 1)]


def _figure(title: str, said: str, drawn: str, below: str) -> str:
    small = f" <small>{escape(said)}</small>" if said else ""
    return f"<figure><figcaption>{escape(title)}{small}</figcaption>\n{drawn}\n{below}</figure>"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    cells = "".join(f"<th>{escape(word)}</th>" for word in head)
    lines = [f"<table><tr>{cells}</tr>"]
    for number, row in enumerate(rows, 1):
        first = f'<td><span class="key l{number}"></span>{number}</td>'
        lines.append(f"<tr>{first}{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>")
    return "\n".join([*lines, "</table>"])


def _legend(keys: Sequence[tuple[str, str]]) -> str:
    shown = "".join(
        f'<span><span class="key {style}"></span>{escape(text)}</span>' for style, text in keys
    )
    return f'<div class="legend">{shown}</div>'
