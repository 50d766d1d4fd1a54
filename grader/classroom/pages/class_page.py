"""The page of a class: who passed what, what failed most, and what to teach tomorrow."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from markdown_it import MarkdownIt
from markupsafe import Markup

from grader.classroom.find import Student
from grader.classroom.gradebook import Gradebook, Result, number
from grader.classroom.pages.charts import failed_chart, score_chart
from grader.classroom.pages.equal_answers import Group
from grader.classroom.pages.overview import SHARES, Count, Overview
from grader.classroom.pages.templates import pieces
from grader.workspace.pages import Page, read_page

SCORES = [*(f"{10 * at} to {10 * at + 9}%" for at in range(SHARES)), "all"]


def class_page(overview: Overview, links: Mapping[Student, str]) -> Iterator[str]:
    """In pieces. `links`: where each student's page is, beside this one."""
    mistakes = [Explained(read_page(name)) for name in overview.mistakes()]
    return pieces(
        "class.html",
        book=overview.book,
        students=_rows(overview.book, links),
        sections=[Section(count) for count in overview.counts.values()],
        mistakes=mistakes,
        links=links,
        time=duration(overview.seconds),
    )


@dataclass(frozen=True)
class Line:
    """A row of the table of who passed what."""

    student: Student
    link: str
    results: tuple[tuple[Result | None, str], ...]  # or why there is none
    points: str
    out_of: str


def _rows(book: Gradebook, links: Mapping[Student, str]) -> Iterator[Line]:
    for student in book.students:
        found = [book.of(student, exercise) for exercise in book.exercises]
        points = sum(one.points for one in found if one is not None)
        out_of = sum(one.out_of for one in found if one is not None)
        why = [book.why_nothing(student, exercise) for exercise in book.exercises]
        results = tuple(zip(found, why, strict=True))
        yield Line(student, links[student], results, number(points), number(out_of))


@dataclass(frozen=True)
class Section:
    """What the page says of one exercise."""

    count: Count

    @property
    def name(self) -> str:
        return self.count.exercise.name

    @property
    def title(self) -> str:
        return self.count.exercise.title

    @property
    def scores(self) -> list[tuple[str, int]]:
        return list(zip(SCORES, self.count.scores, strict=True))

    @property
    def score_chart(self) -> Markup:
        return Markup(score_chart(self.count.scores, f"scores-{self.name}"))

    @property
    def failed_chart(self) -> Markup:
        rows = [(self.label(name), *counts) for name, counts in self.count.failed.items()]
        return Markup(failed_chart(rows, f"failed-{self.name}"))

    @cached_property
    def groups(self) -> list[Group]:
        return self.count.answers.groups()

    def label(self, name: str) -> str:
        return self.count.exercise.label(name)

    def share(self, count: int) -> str:
        return f"{count / self.count.submissions:.0%}"


@dataclass(frozen=True)
class Explained:
    """The page of a mistake, as it stands in the class's."""

    page: Page

    @property
    def html(self) -> Markup:
        return Markup(MarkdownIt().render(self.page.body))


def duration(seconds: float) -> str:
    """In words."""
    if seconds < 120:
        return f"{seconds:.0f} second{'' if round(seconds) == 1 else 's'}"
    minutes = round(seconds / 60)
    return f"{minutes} minutes" if minutes < 120 else f"{minutes / 60:.1f} hours"
