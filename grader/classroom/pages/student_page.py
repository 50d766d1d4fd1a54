"""A student's page: what was graded, what is wrong first, and as much help as the policy allows."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from grader.classroom.find import Student
from grader.classroom.gradebook import Gradebook, Result, number
from grader.classroom.pages.templates import rendered
from grader.classroom.policy import Points, Policy
from grader.course.exercise import load_exercise
from grader.render.html import report_html
from grader.report import Report
from grader.workspace.kit import solution_source


@dataclass(frozen=True)
class Row:
    exercise: str
    result: Result | None
    why_nothing: str = ""  # "not handed in"

    @property
    def counts(self) -> bool:
        return self.result is not None and self.result.counts

    @property
    def points(self) -> str:
        return "" if self.result is None else number(self.result.points)

    @property
    def out_of(self) -> str:
        return "" if self.result is None else number(self.result.out_of)


@dataclass(frozen=True)
class Part:
    exercise: str
    html: Markup
    solution: str | None


def student_page(
    student: Student,
    results: Iterable[tuple[Result, Report]],
    told: Callable[[Result, Report], None],
    book: Gradebook,
    policy: Policy,
) -> str:
    """`told` is called with each report, which is read only once."""
    rows, parts = list[Row](), list[Part]()
    for result, report in results:
        told(result, report)
        rows.append(Row(result.exercise, result))
        if result.counts:
            parts.append(_part(report, policy))
    return rendered(
        "student.html",
        student=student,
        rows=_all(rows, student, book),
        not_graded=book.not_graded_of(student),
        parts=parts,
        weighed=parts and policy.points != Points(),
    )


def _part(report: Report, policy: Policy) -> Part:
    exercise = load_exercise(report.exercise)
    html = Markup(report_html(report, exercise, policy.feedback.hints))
    solution = solution_source(exercise.name) if policy.feedback.solutions else None
    return Part(report.exercise, html, solution)


def _all(rows: Sequence[Row], student: Student, book: Gradebook) -> Iterator[Row]:
    """Also what has no result."""
    for exercise in book.exercises:
        nothing = Row(exercise, None, book.why_nothing(student, exercise))
        yield from [row for row in rows if row.exercise == exercise] or [nothing]
