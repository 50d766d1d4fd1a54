"""The page of diagnostic plots: whole, without scripts, and with the numbers it was given."""

import re
from xml.etree import ElementTree

import pytest

from grader.render.layer_records import GAINS, LayerStatistics, Spread, TanhLayer
from grader.render.plots import plots_page
from grader.render.svg import HEIGHT, WIDTH, Box, Line, drawing


def stack(gain: float, normalised: bool) -> LayerStatistics:
    seen = Spread(-1.0, 1.0, (0.25, 0.5, 0.25), -0.001, 0.321)
    layer = TanhLayer(seen, 0.123, 7, Spread(-2e-3, 2e-3, (0.0, 1.0, 0.0), 0.0, 4.5e-4))
    return LayerStatistics(
        gain, normalised, (layer,) * 5, (0.01,) * 6, ((1e-3,) * 100,) * 6, (3.5, 2.5) * 50
    )


STACKS = [stack(gain, normalised) for normalised in (False, True) for gain in GAINS]


@pytest.fixture(scope="module")
def page() -> str:
    return plots_page(STACKS, "work/<b>mine</b>\x1b[2J.py")


def test_it_is_well_formed_and_needs_nothing_from_elsewhere(page: str) -> None:
    for svg in re.findall(r"<svg.*?</svg>", page, re.DOTALL):
        ElementTree.fromstring(svg)
    assert "<script" not in page
    assert not re.search(r"""(src|href)=|url\(|https?://|@import""", page)
    assert "prefers-color-scheme: dark" in page
    assert 'name="viewport"' in page


def test_what_comes_from_outside_is_text(page: str) -> None:
    assert "&lt;b&gt;mine&lt;/b&gt;" in page
    assert "\x1b" not in page


def test_every_plot_is_there(page: str) -> None:
    assert page.count("<svg") == 3 * len(STACKS) + 2
    for title in ("gain 1", "gain 5/3", "gain 3"):
        assert page.count(f"<figcaption>{title}") == 3 * 2
    assert page.count("<h3>Without BatchNorm") == page.count("<h3>With BatchNorm") == 3


def test_the_tables_say_the_numbers_and_no_minus_zero(page: str) -> None:
    assert page.count("<td>0.00</td><td>0.32</td><td>12.3%</td><td>7</td>") == 5 * len(STACKS)
    assert page.count("<td>4.5e-04</td>") == 5 * len(STACKS)
    assert "-0.00<" not in page
    assert page.count("loss 3.50, at the end 3.00") == len(STACKS)


def places(drawn: str) -> list[tuple[float, float]]:
    found = re.search(r'<polyline[^>]* points="([^"]*)"', drawn)
    assert found is not None
    pairs = [pair.split(",") for pair in found.group(1).split()]
    return [(float(x), float(y)) for x, y in pairs]


def test_a_line_goes_up_where_values_do_and_stays_inside() -> None:
    box = Box((0, 2), (0, 10), [(0, "0")])
    (x0, y0), (x1, y1), (x2, y2) = places(
        drawing(box, [Line([(0, 0), (1, 5), (2, 1e9)], "l1", "a & b")], "t")
    )
    assert x0 < x1 < x2 < WIDTH
    assert HEIGHT > y0 > y1 > y2 > 0
    assert x1 - x0 == pytest.approx(x2 - x1, abs=0.11)
    assert y0 - y1 == pytest.approx(y1 - y2, abs=0.11)
    assert "a &amp; b" in drawing(box, [Line([(0, 0)], "l1", "a & b")], "t")
