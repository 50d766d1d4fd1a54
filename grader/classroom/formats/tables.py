"""Tables that other gradebooks read, or give out to be filled.

Sources: Canvas, "How do I import grades in the Gradebook?"; Moodle's mod_assign, offline grading
worksheet; nbgrader, `nbgrader export`.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.classroom.find import Student
from grader.classroom.formats.outcomes import placed
from grader.classroom.gradebook import Gradebook, Result, as_csv, number
from grader.errors import UsageProblem, one_line, shown

CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
MOODLE = ("Identifier", "Grade", "Maximum Grade", "Feedback comments")
POINTS_POSSIBLE = "Points Possible"
NBGRADER = (
    "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email",
    "raw_score", "late_submission_penalty", "score", "max_score",
)  # fmt: skip


def canvas(book: Gradebook) -> str:
    """Without the numbers of assignments, which only Canvas knows: it asks which they are."""
    rows: list[list[Any]] = [[*CANVAS, *book.exercises]]
    most = out_of(book)
    rows.append(
        [f"    {POINTS_POSSIBLE}", "", "", "", "", *(number(most[name]) for name in book.exercises)]
    )
    for student in book.students:
        found = [book.of(student, exercise) for exercise in book.exercises]
        if not any(found):
            continue
        points = ["" if one is None else number(one.points) for one in found]
        rows.append([student.name, student.id, "", "", "", *points])
    return as_csv(rows)


def nbgrader(book: Gradebook) -> str:
    """As `nbgrader export` has it, a row for each exercise and student; nothing handed in is 0."""
    rows: list[list[Any]] = [list(NBGRADER)]
    for exercise in book.exercises:
        most = out_of(book)[exercise]
        for student in book.students:
            result = book.of(student, exercise)
            if book.lacks(student, exercise):  # it is not known what it is worth
                continue
            points = 0.0 if result is None else float(result.points)
            who = student.id or student.name
            rows.append([exercise, "", "", who, student.name, "", "", points, 0.0, points, most])
    return as_csv(rows)


def out_of(book: Gradebook) -> dict[str, float]:
    """What each exercise is worth; 0 where nobody handed it in."""
    return dict.fromkeys(book.exercises, 0.0) | {
        one.exercise: float(one.out_of) for one in book.results
    }


@dataclass(frozen=True)
class Filled:
    """A table with the points in it, and who was not found there."""

    text: str
    rows: int
    not_there: tuple[Student, ...]


@dataclass(frozen=True)
class Table:
    """What was exported, to be filled: every other cell stays as it is."""

    path: Path
    rows: tuple[tuple[str, ...], ...]
    delimiter: str  # some languages have semicolons
    fill: Callable[["Table", Gradebook], Filled]

    @property
    def head(self) -> list[str]:
        return [cell.strip() for cell in self.rows[0]]

    def column(self, name: str) -> int:
        return self.head.index(name)


def read_table(path: Path) -> Table:
    """Raises UsageProblem for what is neither Canvas's nor Moodle's."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UsageProblem(f"{shown(path)}: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise UsageProblem(f"{shown(path)}: it is not UTF-8; export it again as CSV.") from None
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    read = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows = tuple(tuple(row) for row in read if row)
    head = {cell.strip() for cell in rows[0]} if rows else set()
    for columns, fill in ((MOODLE, _fill_moodle), (CANVAS[:2], _fill_canvas)):
        if set(columns) <= head:
            short = next((at for at, row in enumerate(rows, 1) if len(row) < len(rows[0])), None)
            if short is not None:
                cells = f"{len(rows[short - 1])} cells, and {len(rows[0])} columns have a head"
                raise UsageProblem(f"{shown(path)}: row {short} has {cells}.")
            return Table(path, rows, delimiter, fill)
    said = f"neither Canvas's gradebook nor Moodle's grading worksheet: {', '.join(MOODLE)}"
    raise UsageProblem(f"{shown(path)}: {said}, or Student and ID, head its columns.")


def _fill_canvas(table: Table, book: Gradebook) -> Filled:
    columns = {name: _assignment(table.head, name) for name in book.exercises}
    columns = {name: at for name, at in columns.items() if at is not None}
    if not columns:
        wanted = " or ".join(f"{name} (123)" for name in book.exercises[:3])
        raise UsageProblem(f"{shown(table.path)}: no column is called {wanted}.")
    rows = [list(row) for row in table.rows]
    possible = next((row for row in rows if row[0].strip() == POINTS_POSSIBLE), None)
    people = _People(book)
    for row in rows[1:]:
        student = people.of(row[table.column("ID")], row[table.column("Student")])
        if student is not None and not any(book.of(student, name) for name in columns):
            people.leave(student)
        for exercise, at in columns.items():
            result = None if student is None or at is None else book.of(student, exercise)
            if result is not None and at is not None:
                most = "" if possible is None else possible[at]
                row[at] = _scaled(result.points, result.out_of, most)
    return people.filled(rows, table.delimiter)


def _fill_moodle(table: Table, book: Gradebook) -> Filled:
    """A worksheet is of one assignment: of several exercises, their sum."""
    rows = [list(row) for row in table.rows]
    grade, most = table.column("Grade"), table.column("Maximum Grade")
    comments, people = table.column("Feedback comments"), _People(book)
    worth = sum(out_of(book).values())
    for row in rows[1:]:
        number_there = re.sub(r"\D", "", row[table.column("Identifier")])
        name = row[table.column("Full name")] if "Full name" in table.head else ""
        student = people.of(number_there, name)
        if student is None:
            continue
        if any(book.lacks(student, exercise) for exercise in book.exercises):
            people.leave(student)  # the sum is not known
        else:
            found = [book.of(student, exercise) for exercise in book.exercises]
            results = [one for one in found if one is not None]
            row[grade] = _scaled(sum(one.points for one in results), worth, row[most])
            row[comments] = _comment(results)
    return people.filled(rows, table.delimiter)


def _assignment(head: Sequence[str], exercise: str) -> int | None:
    """The column of an assignment named for an exercise, "Exercise 1 (4711)"."""
    wanted = _letters(exercise)
    for at, name in enumerate(head):
        if _letters(re.sub(r"\s*\(\d+\)$", "", name)) == wanted:
            return at
    return None


def _scaled(points: float, worth: float, most: str) -> str:
    """As much of the most that the other gradebook gives; as they are, where it has no such."""
    try:
        there = float(most.replace(",", "."))
    except ValueError:
        return number(points)
    return number(round(points / worth * there, 2)) if worth else "0"


def _comment(results: Sequence[Result]) -> str:
    """Moodle shows it as HTML: words and numbers of ours only."""
    said = []
    for one in results:
        words = f"{one.exercise}: {number(one.points)} of {number(one.out_of)}"
        first = one.first_error
        if one.passed:
            words += ", passed"
        elif one.unread:
            words += "; it could not be read or run"
        elif first is not None:
            where = f", {placed(first.where)}" if first.where else ""
            words += f"; first error: {first.gradient}{where} ({first.verdict})"
        said.append(words)
    return ". ".join(said)


class _People:
    """Who stands in a table: by the platform's number, else by the letters of the name."""

    def __init__(self, book: Gradebook) -> None:
        self._book = book
        self._by_id = {one.id: one for one in book.students if one.id}
        by_name: dict[str, list[Student]] = {}
        for one in book.students:
            by_name.setdefault(_letters(one.name), []).append(one)
        self._by_name = {name: same[0] for name, same in by_name.items() if len(same) == 1}
        self._found = dict[Student, int]()
        self._left = set[Student]()

    def of(self, number_there: str, name: str) -> Student | None:
        student = self._by_id.get(number_there.strip())
        if student is None:
            turned = " ".join(reversed(name.split(",")))  # "Doe, Jane"
            names = (self._by_name.get(_letters(one)) for one in (name, turned))
            student = next((one for one in names if one is not None), None)
        if student is not None:
            self._found[student] = self._found.get(student, 0) + 1
        return student

    def leave(self, student: Student) -> None:
        """Their row stays as it is."""
        self._left.add(student)

    def filled(self, rows: Sequence[Sequence[str]], delimiter: str) -> Filled:
        text = io.StringIO()
        csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows(rows)
        not_there = tuple(one for one in self._book.students if one not in self._found)
        twice = [one for one, count in self._found.items() if count > 1]
        if twice:
            name = one_line(twice[0].name)
            raise UsageProblem(f"{name}: two rows of the table are the same student.")
        return Filled(text.getvalue(), len(self._found) - len(self._left), not_there)


def _letters(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).casefold()
    return "".join(c for c in plain if c.isalnum())
