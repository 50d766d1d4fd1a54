"""What other systems read of a class: each format by its name, and how it is written."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.classroom.find import Student
from grader.classroom.formats.autograders import gradescope, otter, prairielearn
from grader.classroom.formats.github import autograding, classroom50
from grader.classroom.formats.json_report import json_report
from grader.classroom.formats.junit import junit
from grader.classroom.formats.outcomes import Sheet, sheet
from grader.classroom.formats.tables import canvas, nbgrader
from grader.classroom.gradebook import Gradebook, Result
from grader.classroom.pages.names import page_names
from grader.classroom.policy import Policy
from grader.classroom.store import Graded
from grader.classroom.written import whole_file

Pairs = Iterable[tuple[Graded, Result]]

# One file for a class; the reports come one at a time, and only those that count.
OF_A_CLASS: dict[str, Callable[[Gradebook, Pairs], Iterator[str]]] = {
    "canvas": lambda book, pairs: iter([canvas(book)]),
    "nbgrader": lambda book, pairs: iter([nbgrader(book)]),
    "junit": lambda book, pairs: junit(graded for graded, _ in pairs),
    "json-report": lambda book, pairs: json_report(graded for graded, _ in pairs),
}
# One file for each student.
OF_A_STUDENT: dict[str, Callable[[Sheet], str]] = {
    "gradescope": gradescope,
    "prairielearn": prairielearn,
    "otter": otter,
    "github": autograding,
    "classroom50": classroom50,
}
FORMATS = (*OF_A_CLASS, *OF_A_STUDENT)


@dataclass(frozen=True)
class Wanted:
    """A format, and where it goes: to a file, or for many students into a folder."""

    name: str
    path: Path


def write_format(wanted: Wanted, graded: Iterable[Graded], book: Gradebook, policy: Policy) -> None:
    """Raises OSError; UsageProblem where the environment lacks what a format has to hold."""
    pairs = (pair for pair in zip(graded, book.results, strict=True) if pair[1].counts)
    if wanted.name in OF_A_CLASS:
        _write(wanted.path, OF_A_CLASS[wanted.name](book, pairs))
        return
    write, sheets = OF_A_STUDENT[wanted.name], _sheets(pairs, book, policy)
    if len(book.students) <= 1:  # one, or one who handed in nothing that is graded
        nothing = sheet(Student("nobody"), (), book.exercises, policy)
        _write(wanted.path, iter([write(next(sheets, nothing))]))
        return
    names = page_names(book.students, ".json")
    wanted.path.mkdir(parents=True, exist_ok=True)
    for one in sheets:
        _write(wanted.path / names[one.student], iter([write(one)]))


def _sheets(pairs: Pairs, book: Gradebook, policy: Policy) -> Iterator[Sheet]:
    for student, group in book.by_student(pairs):
        failed = {exercise for exercise in book.exercises if book.lacks(student, exercise)}
        yield sheet(student, (graded for graded, _ in group), book.exercises, policy, failed)


def _write(path: Path, parts: Iterator[str]) -> None:
    with whole_file(path) as file:
        file.writelines(parts)
