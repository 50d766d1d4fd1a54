"""A report as HTML. The views in tests/golden are compared as they stand; UPDATE_GOLDEN=1 writes
them anew, to be read before they are committed."""

import os
import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from grader.course.exercise import load_exercise
from grader.render.html import STYLE, report_html, report_page
from grader.render.html_style import PALETTE
from grader.report import Diagnosis, Flag, GradientReport, Report
from grader.syntax.cells import Place
from tests.render.test_terminal import CASES, GOLDEN

Grade = Callable[..., Report]
UNCLOSED = {"meta", "br", "hr"}


class Tags(HTMLParser):
    """Every opened element is closed, in order; `texts` is what a reader sees."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.names: list[str] = []
        self.texts: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        if tag not in UNCLOSED:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def html(report: Report) -> str:
    return report_html(report, load_exercise(report.exercise))


def report(*gradients: GradientReport, **facts: object) -> Report:
    whole = Report("exercise2", "exercise2.py", False, {}, gradients)
    return replace(whole, **facts)  # type: ignore[arg-type]


WRONG = GradientReport(
    "logits", "wrong", False, False, 2.5, (32, 27), (32, 27), 7, None,
    worst={"index": [3, 4], "yours": 0.5, "expected": -0.25},
)  # fmt: skip
RIGHT = replace(WRONG, verdict="exact", exact=True, approximate=True, maxdiff=0.0, worst=None)


@pytest.mark.parametrize("case", ["worked", "started", "one_wrong", "broadcasts", "syntax_error"])
def test_the_view_is_the_golden_one(case: str, grade_text: Grade) -> None:
    found = grade_text(CASES[case]())
    error = found.error.replace(found.submission, "exercise1.py") if found.error else None
    shown = html(replace(found, submission="exercise1.py", error=error))
    Tags(shown)
    golden = GOLDEN / f"{case}.html"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(shown, encoding="utf-8")
    assert shown == golden.read_text(encoding="utf-8")


def test_the_first_error_stands_above_the_table_with_its_line() -> None:
    place = Place(4, "dlogits = 2 * x", 3, 17)
    factor = Diagnosis("wrong-factor", "Every entry is 2 times `what` it should be.")
    shown = html(report(replace(WRONG, place=place, diagnosis=factor)))
    said = "".join(Tags(shown).texts)
    assert shown.index("First error:") < shown.index("<table")
    assert "dlogits, [17] line 4, is wrong." in said
    assert "Yours: dlogits = 2 * x" in said
    assert "Every entry is 2 times <code>what</code> it should be." in shown


def test_hints_and_the_mistakes_page_are_folded_away() -> None:
    factor = Diagnosis("wrong-factor", "A factor is off.")
    shown = html(report(replace(WRONG, diagnosis=factor)))
    assert shown.count("<details>") == shown.count("<summary>") == 7
    assert "<details open" not in shown
    said = " ".join("".join(Tags(shown).texts).split())
    assert "1 of 5: the calculus" in said
    assert "What this mistake is: wrong-factor" in said
    assert "Why it matters." in said


def test_nothing_of_a_submission_is_markup() -> None:
    script, place = "<script>alert(1)</script>", Place(1, "dlogits = '<script>'", 1, 1)
    found = report(
        replace(WRONG, place=place, diagnosis=Diagnosis("wrong-factor", script)),
        error=script, output=script, trace=script, submission=script, flags=(Flag("x", script),),
    )  # fmt: skip
    assert "script" not in Tags(html(found)).names
    assert "\x1b" not in html(report(WRONG, output="\x1b[31m"))


def test_further_errors_are_listed_below() -> None:
    exercise1 = replace(report(), exercise="exercise1")
    first, second = replace(WRONG, line=3), replace(WRONG, name="h", line=9)
    inherited = replace(WRONG, name="W2", verdict="inherited")
    below_a_loop = replace(WRONG, name="b2", verdict="timeout")
    shown = html(replace(exercise1, gradients=(first, second, inherited, below_a_loop)))
    said = "".join(Tags(shown).texts)
    assert "1 more error: dh" in said
    assert "dh, line 9, is wrong." in said
    assert "dW2, line" not in said and "db2, line" not in said


def test_what_passes_is_said_without_an_error() -> None:
    shown = html(report(RIGHT))
    assert '<span class="hg-good">passed</span>, 1 of 1' in shown
    assert "hg-first" not in shown


def test_a_page_is_whole_and_loads_nothing() -> None:
    page = report_page(report(WRONG), load_exercise("exercise2"))
    names = Tags(page).names
    assert names[:2] == ["html", "head"]
    assert not {"script", "link", "img", "iframe"} & set(names)
    assert "http" not in page
    assert 'lang="en"' in page
    assert "width=device-width" in page


def luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("name", ["ink", "soft", "good", "bad", "part", "code"])
def test_every_colour_of_text_can_be_read(name: str, theme: int) -> None:
    text = luminance(PALETTE[name][theme])
    for behind in (PALETTE["card"][theme], ("#ffffff", "#1e1e1e")[theme]):
        low, high = sorted((text, luminance(behind)))
        assert (high + 0.05) / (low + 0.05) >= 4.5


def test_the_style_names_only_its_own() -> None:
    for selector in re.findall(r"^([^@\s][^{]*)\{", STYLE, re.MULTILINE):
        assert all(".handgrad" in part for part in selector.split(", ")), selector


def test_golden_pages_are_those_of_the_cases() -> None:
    assert {path.stem for path in Path(GOLDEN).glob("*.html")} <= CASES.keys()
