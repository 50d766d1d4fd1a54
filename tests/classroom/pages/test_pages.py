"""The pages of a class, as files: what is on them, for whom, and what is not."""

import re
import weakref
from collections.abc import Iterator, Sequence
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from grader.classroom.entries import Entry
from grader.classroom.find import Found, Student
from grader.classroom.pages import write_pages
from grader.classroom.pages.charts import failed_chart, ticks
from grader.classroom.policy import Feedback, Points, Policy
from grader.classroom.store import Attempt, Graded, open_store
from tests.classroom.reports import book_of, class_of, graded, missing, report, unread, wrong
from tests.render.test_html import UNCLOSED

VOID = {*UNCLOSED, "path", "rect"}


class Page(HTMLParser):
    """Every opened element is closed, in order; names, links and anchors are kept."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: list[str] = []
        self.names: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []
        assert len(self.ids) == len(set(self.ids))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        for name, value in attrs:
            assert not name.startswith("on")
            if name == "id":
                self.ids.append(value or "")
            if name == "href":
                self.links.append(value or "")
            if name == "src":
                self.loaded.append(value or "")
        if tag not in UNCLOSED:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ("path", "rect", "g", "text"), tag

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


def pages(
    tmp_path: Path, results: Sequence[Graded], *exercises: str, policy: Policy | None = None
) -> dict[str, str]:
    policy = policy or Policy()
    book = book_of(results, *exercises, policy=policy)
    write_pages(results, book, policy, tmp_path)
    return {
        path.relative_to(tmp_path).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(tmp_path.rglob("*.html"))
    }


MIXED = class_of(
    report("exercise1", wrong("probs", "wrong-factor")),
    report("exercise1", wrong("probs", "wrong-factor", 0.7), missing("C")),
    report("exercise1"),
    unread("exercise1", "x.py, line 3: syntax error"),
)


def test_a_class_has_a_page_that_links_one_of_each_student(tmp_path: Path) -> None:
    found = pages(tmp_path, MIXED, "exercise1")
    assert list(found) == ["index.html", *(f"students/student-{one}.html" for one in "abcd")]
    page = Page(found["index.html"])
    assert {link for link in page.links if "/" in link} == set(list(found)[1:])
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)
    assert "4 students, exercise1: 1 of 4 passed." in page.text
    assert "What to teach next: wrong-factor , made by 2 students, at dprobs (2)" in page.text
    assert "Student D : 'Student D/exercise1-1.py', line 3: syntax error" in page.text
    assert "The grader spent 1 second on it" in page.text


def test_pages_need_nothing_but_themselves(tmp_path: Path) -> None:
    for name, html in pages(tmp_path, MIXED, "exercise1").items():
        page = Page(html)
        assert page.loaded == [] and "script" not in page.names and "link" not in page.names
        assert "http" not in html.replace('xmlns="http://www.w3.org/2000/svg"', ""), name


def test_tables_have_captions_or_names_and_header_cells(tmp_path: Path) -> None:
    for html in pages(tmp_path, MIXED, "exercise1").values():
        for table in re.findall(r"<table.*?</table>", html, re.DOTALL):
            assert "<caption>" in table or "aria-label=" in table.split(">")[0]
            assert '<th scope="col"' in table and '<th scope="row"' in table
        assert '<html lang="en">' in html and html.count("<h1>") == 1


def test_the_same_results_give_the_same_bytes(tmp_path: Path) -> None:
    assert pages(tmp_path / "a", MIXED, "exercise1") == pages(tmp_path / "b", MIXED, "exercise1")


def test_the_order_and_the_time_of_grading_leave_no_trace(tmp_path: Path) -> None:
    """But for the time that the grader spent, on the page of the class."""

    def made(name: str, order: Sequence[int], seconds: float) -> dict[str, str]:
        attempts = [
            Attempt(Found(one.student, one.exercise, entry(one)), one.digest) for one in MIXED
        ]
        with open_store(tmp_path / f"{name}.db") as store:
            store.note_attempts(attempts)
            for at in order:
                store.keep(attempts[at], "s", MIXED[at].report, seconds)
            return pages(tmp_path / name, list(store.graded("s")), "exercise1")

    one, two = made("one", range(4), 1.0), made("two", (2, 0, 3, 1), 7.0)
    assert one.pop("index.html").replace("spent 4 seconds", "spent 28 seconds") == two.pop(
        "index.html"
    )
    assert one == two


def entry(one: Graded) -> Entry:
    return Entry(tuple(one.file.split("/")), 1, 0.0, Path("x"))


def test_reports_are_not_kept(tmp_path: Path) -> None:
    alive: list[weakref.ref[Graded]] = []

    def stream() -> Iterator[Graded]:
        for number in range(30):
            one = graded(f"Student {number}", report("exercise2", wrong("logits")))
            alive.append(weakref.ref(one))
            assert sum(known() is not None for known in alive) <= 3
            yield one

    book = book_of(stream(), "exercise2")
    alive.clear()
    write_pages(stream(), book, Policy(), tmp_path)
    assert len(list(tmp_path.rglob("*.html"))) == 31


HOSTILE = '<script>alert("1")</script>&amp;'


def test_a_name_is_text_whatever_it_holds(tmp_path: Path) -> None:
    of_all = [
        graded(Student(HOSTILE, HOSTILE), report("exercise1", wrong("probs"))),
        graded(HOSTILE, unread("exercise1", f"x.py: {HOSTILE}")),
        graded("../../etc/passwd", report("exercise1")),
    ]
    for html in pages(tmp_path, of_all, "exercise1").values():
        page = Page(html)
        assert "script" not in page.names
        assert HOSTILE in " ".join(page.texts) or "passwd" in html
    assert {path.parent for path in tmp_path.rglob("*.html")} == {tmp_path, tmp_path / "students"}


def test_names_that_make_the_same_file_are_told_apart(tmp_path: Path) -> None:
    same = [
        graded(name, report("exercise2")) for name in ("Jane Doe", "jane/doe", "Jane  Doe", "con")
    ]
    names = list(pages(tmp_path, same))
    assert len(names) == 5
    assert "students/con.html" not in names and "students/jane-doe.html" not in names


def test_what_help_a_student_gets_is_the_policys(tmp_path: Path) -> None:
    results = class_of(report("exercise2", wrong("logits", "wrong-factor")))
    usual, silent, open_ = (
        Page(pages(tmp_path / str(at), results, policy=Policy(feedback=feedback))
             ["students/student-a.html"]).text
        for at, feedback in enumerate((Feedback(), Feedback(hints=False), Feedback(solutions=True)))
    )  # fmt: skip
    for text in (usual, silent, open_):
        assert "First error: dlogits , line 7, is wrong." in text
    told = ("What this mistake is: wrong-factor", "is off by a factor of 2", "A hint", "Hints")
    assert all(words in usual for words in told[:2])
    assert not any(words in silent for words in told)
    assert "A worked answer" not in usual + silent
    assert "A worked answer" in open_ and "def backward(" in open_


def test_lines_below_an_endless_loop_count_as_nothing(tmp_path: Path) -> None:
    probs, h = (replace(wrong(name), verdict="timeout") for name in ("probs", "h"))
    text = Page(
        pages(tmp_path, class_of(report("exercise1", probs, h)), "exercise1")["index.html"]
    ).text
    assert "dprobs 1 0 100%" in text
    assert "dh 1 0 100%" not in text


def test_points_that_are_not_the_scores_are_said_to_be_the_courses(tmp_path: Path) -> None:
    results = class_of(report("exercise2", wrong("logits")))
    plain, weighed = (
        Page(pages(tmp_path / str(at), results, policy=Policy(points=points))
             ["students/student-a.html"]).text
        for at, points in enumerate((Points(), Points(whole=4.0)))
    )  # fmt: skip
    assert "Points as the course gives them" in weighed
    assert "Points as" not in plain


def test_each_attempt_is_listed_and_the_one_that_counts_is_shown(tmp_path: Path) -> None:
    attempts = [
        graded("Ann", report("exercise2", wrong("logits")), at=1),
        graded("Ann", report("exercise2"), at=2),
    ]
    page = Page(pages(tmp_path, attempts, "exercise1", "exercise2")["students/ann.html"]).text
    assert "exercise1 not handed in" in page
    assert "not passed yet (does not count) 0 of 1 Ann/exercise2-1.py" in page
    assert "passed 1 of 1 Ann/exercise2-2.py" in page
    assert "First error" not in page


def test_pages_of_an_earlier_run_are_taken_away_and_nobody_elses(tmp_path: Path) -> None:
    pages(tmp_path, class_of(report("exercise2"), report("exercise2")))
    (tmp_path / "students" / "mine.html").write_text("<p>mine")
    found = pages(tmp_path, class_of(report("exercise2")))
    assert list(found) == ["index.html", "students/mine.html", "students/student-a.html"]


def test_the_words_beside_a_chart_are_whole() -> None:
    chart = failed_chart([("dprobs", 1, 1)], "failed")
    assert "wrong on its own line" in chart and "…" not in chart


@pytest.mark.parametrize("most", [0, 1, 2, 3, 7, 11, 45, 99, 360, 87_654])
def test_the_ticks_of_a_chart_are_whole_and_reach_the_top(most: int) -> None:
    found = ticks(most)
    assert found[0] == 0 and found[-1] >= most and len(found) <= 7
    assert all(isinstance(tick, int) for tick in found)
