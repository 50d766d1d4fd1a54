"""Lines in a box as SVG text: the plots of a page, without a library. Pure functions."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 320, 150
LEFT, RIGHT, TOP, BOTTOM = 34, 8, 8, 22


@dataclass(frozen=True)
class Line:
    points: Sequence[tuple[float, float]]
    style: str  # a class of the page's style sheet
    said: str  # where a pointer rests on it
    filled: bool = False  # down to the axis
    marked: bool = False  # a dot at each point


@dataclass(frozen=True)
class Box:
    """What is drawn: the ends of both axes, and the values labelled on them."""

    x: tuple[float, float]
    y: tuple[float, float]
    x_labels: Sequence[tuple[float, str]]
    y_labels: Sequence[tuple[float, str]] = ()
    left: int = LEFT
    shaded: Sequence[tuple[float, float]] = ()  # ranges of x
    dashed: float | None = None  # at this y

    def at(self, x: float, y: float) -> tuple[float, float]:
        """In the coordinates of the drawing; what lies outside comes to its edge."""
        across = (min(max(x, self.x[0]), self.x[1]) - self.x[0]) / (self.x[1] - self.x[0])
        up = (min(max(y, self.y[0]), self.y[1]) - self.y[0]) / (self.y[1] - self.y[0])
        return (
            self.left + across * (WIDTH - self.left - RIGHT),
            HEIGHT - BOTTOM - up * (HEIGHT - TOP - BOTTOM),
        )


def drawing(box: Box, lines: Sequence[Line], title: str) -> str:
    """`title`: what a reader who does not see it is told."""
    low, high = box.y
    parts = [f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">']
    for start, end in box.shaded:
        (x, y), (right, bottom) = box.at(start, high), box.at(end, low)
        size = f'width="{right - x:.1f}" height="{bottom - y:.1f}"'
        parts.append(f'<rect class="shade" x="{x:.1f}" y="{y:.1f}" {size}/>')
    for value, text in box.y_labels:
        x, y = box.at(box.x[0], value)
        right, _ = box.at(box.x[1], value)
        parts.append(_rule("grid", (x, y), (right, y)))
        parts.append(_text(text, x - 5, y + 3.5, "end"))
    parts.append(_rule("axis", box.at(box.x[0], low), box.at(box.x[1], low)))
    for value, text in box.x_labels:
        x, y = box.at(value, low)
        anchor = {box.x[0]: "start", box.x[1]: "end"}.get(value, "middle")
        parts.append(_text(text, x, y + 14, anchor))
    if box.dashed is not None:
        parts.append(_rule("aim", box.at(box.x[0], box.dashed), box.at(box.x[1], box.dashed)))
    parts += [_line(box, line) for line in lines]
    return "\n".join([*parts, "</svg>"])


def _line(box: Box, line: Line) -> str:
    places = [box.at(x, y) for x, y in line.points]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    said = f"<title>{escape(line.said)}</title>"
    drawn = f'<polyline class="line {line.style}" points="{path}">{said}</polyline>'
    if line.filled:
        (first, bottom), (last, _) = box.at(line.points[0][0], box.y[0]), places[-1]
        area = f"{first:.1f},{bottom:.1f} {path} {last:.1f},{bottom:.1f}"
        drawn = f'<polygon class="area {line.style}" points="{area}"/>' + drawn
    if line.marked:
        drawn += "".join(
            f'<circle class="dot {line.style}" cx="{x:.1f}" cy="{y:.1f}" r="3.5">{said}</circle>'
            for x, y in places
        )
    return drawn


def _rule(style: str, start: tuple[float, float], end: tuple[float, float]) -> str:
    (x1, y1), (x2, y2) = start, end
    return f'<line class="{style}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _text(text: str, x: float, y: float, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
