"""The charts of a class's page, drawn by pygal as SVG: in the page's colours, without scripts."""

import sys
from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree

import pygal
from pygal.style import Style

# pygal adds a finder for its maps, of a kind that Python warns of at each later import.
sys.meta_path[:] = [one for one in sys.meta_path if type(one).__module__ != "pygal"]

WIDTH = 480  # of the drawing's own units; a page scales it
INK, RULE, BAR, OTHER = (f"var(--hg-{name})" for name in ("ink", "rule", "bar", "other"))
STYLE = Style(
    background="transparent", plot_background="transparent",
    foreground=INK, foreground_strong=INK, foreground_subtle=RULE, guide_stroke_color=RULE,
    major_guide_stroke_color=RULE, colors=(BAR, OTHER), value_colors=(INK, INK),
    opacity="1", opacity_hover="1", transition="0s", font_family="inherit",
    label_font_size=13, major_label_font_size=13, legend_font_size=13, value_font_size=12,
    title_font_size=13,
)  # fmt: skip
SVG = "{http://www.w3.org/2000/svg}"


def score_chart(counts: Sequence[int], name: str) -> str:
    """How many submissions have which score: for each tenth of the points, and for all of them."""
    chart = pygal.Bar(**_settings(240), show_legend=False, print_values=True, print_zeroes=False,
                      print_values_position="top")  # fmt: skip
    chart.x_labels = [*(str(100 * at // (len(counts) - 1)) for at in range(len(counts) - 1)), "all"]
    chart.y_labels = ticks(max(counts))
    chart.x_title = "% of the points, from"
    chart.add("submissions", counts)
    return _svg(chart, name, "How many submissions have which score; the table says the same")


def failed_chart(rows: Sequence[tuple[str, int, int]], name: str) -> str:
    """Of each gradient, how many have it wrong on its own line, and how many not at all."""
    chart = pygal.HorizontalStackedBar(**_settings(70 + 22 * len(rows)), legend_at_bottom=True,
                                       truncate_legend=-1)  # fmt: skip
    upwards = list(reversed(rows))  # the first row is drawn at the bottom
    chart.x_labels = [label for label, _, _ in upwards]
    chart.y_labels = ticks(max(wrong + missing for _, wrong, missing in rows))
    chart.add("wrong on its own line", [wrong for _, wrong, _ in upwards])
    chart.add("not written", [missing for _, _, missing in upwards])
    said = "Which gradients failed, in the order of the backward pass; the table says more"
    return _svg(chart, name, said)


def ticks(most: int) -> list[int]:
    """From 0 up to about six round numbers, the last at least `most`: counts have no halves."""
    power = 10 ** (len(str(max(most, 1))) - 1)
    steps = (1, *(factor * power // 10 for factor in (2, 5, 10, 20, 50) if factor * power >= 10))
    step = next(step for step in steps if step * 6 >= most)
    return list(range(0, most + step, step))


def _settings(height: int) -> dict[str, Any]:
    return {
        "style": STYLE, "js": (), "width": WIDTH, "height": height, "margin": 6,
        "disable_xml_declaration": True, "show_y_guides": True,
        "value_formatter": lambda value: f"{value:g}" if value else "",
        "formatter": lambda value: f"{value:g}", "spacing": 6,
    }  # fmt: skip


def _svg(chart: Any, name: str, said: str) -> str:
    """Without its script, and what differs from day to day; with words for who does not see it."""
    chart.uuid = name
    root = chart.render_tree()
    for parent in list(root.iter()):
        for child in list(parent):
            if not isinstance(child.tag, str) or child.tag in _NOT_SHOWN:
                parent.remove(child)
        if parent is not root:
            parent.attrib.pop("id", None)
    root.set("role", "img")
    root.set("aria-label", said)
    return ElementTree.tostring(root, encoding="unicode")


_NOT_SHOWN = {tag for name in ("script", "title", "desc") for tag in (name, SVG + name)}
