"""What a class came to: which attempts count, what they are worth, and tables of it."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from sys import intern
from typing import Any, TypeVar

from grader.classroom.find import NotGraded, Student
from grader.classroom.policy import Policy
from grader.classroom.store import Graded
from grader.errors import printable
from grader.report import Report

NOT_HANDED_IN, NOT_GRADED = "not handed in", "not graded"
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet takes for one, at the beginning


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Error:
    """The first gradient of a report that is wrong on its own line."""

    gradient: str  # as the learner calls it: `dprobs`
    verdict: str
    where: str  # its line: `24`; in a notebook `[17] line 4`; "" of none
    mistake: str | None


@dataclass(frozen=True, slots=True)
class Result:
    """One graded attempt."""

    student: Student
    exercise: str
    file: str
    passed: bool
    points: float
    out_of: float
    first_error: Error | None
    error: str | None
    unread: bool  # nothing came of the file, and `error` says why
    flags: tuple[str, ...]
    seconds: float
    counts: bool = True


@dataclass(frozen=True)
class Gradebook:
    exercises: tuple[str, ...]
    results: tuple[Result, ...]  # by student, exercise and attempt
    not_graded: tuple[NotGraded, ...] = ()

    @cached_property
    def _of(self) -> dict[tuple[Student, str], Result]:
        return {(one.student, one.exercise): one for one in self.results if one.counts}

    @cached_property
    def _not_graded_of(self) -> dict[Student | None, list[NotGraded]]:
        found: dict[Student | None, list[NotGraded]] = {}
        for one in self.not_graded:
            found.setdefault(one.student, []).append(one)
        return found

    @cached_property
    def students(self) -> tuple[Student, ...]:
        """In the order of the results; those of whom nothing is graded come last."""
        others = {one.student for one in self.not_graded if one.student is not None}
        last = sorted(others, key=lambda one: one.place)
        return tuple(dict.fromkeys((*(one.student for one in self.results), *last)))

    def of(self, student: Student, exercise: str) -> Result | None:
        """The attempt that counts, the last of them where all do."""
        return self._of.get((student, exercise))

    def not_graded_of(self, student: Student | None) -> Sequence[NotGraded]:
        """Their files that have no result; of None, those that nothing says the student of."""
        return self._not_graded_of.get(student, ())

    def lacks(self, student: Student, exercise: str) -> bool:
        """Whether something is there that has no result. A file that nothing says the exercise of
        may be for any, where nothing else of the student's is graded."""
        if self.of(student, exercise) is not None:
            return False
        there = {one.exercise for one in self.not_graded_of(student)}
        return exercise in there or (
            None in there and not any(self.of(student, name) for name in self.exercises)
        )

    def why_nothing(self, student: Student, exercise: str) -> str:
        return NOT_GRADED if self.lacks(student, exercise) else NOT_HANDED_IN

    def by_student(
        self, pairs: Iterable[tuple[T, Result]]
    ) -> Iterator[tuple[Student, Iterator[tuple[T, Result]]]]:
        """Every student, with what there is of each; it comes in the order of the results."""
        known = set[Student]()
        for student, group in groupby(pairs, key=lambda pair: pair[1].student):
            known.add(student)
            yield student, group
        for student in self.students:
            if student not in known:
                yield student, iter(())


def gradebook(
    graded: Iterable[Graded],
    exercises: Sequence[str],
    policy: Policy,
    not_graded: Iterable[NotGraded] = (),
) -> Gradebook:
    """Of each report only this much is kept: a class may have 100,000."""
    results = list[Result]()
    for one in graded:
        if results and results[-1].student == one.student:
            one = replace(one, student=results[-1].student)
        results.append(result_of(one, policy))
    counted = tuple(_counting(results, policy.attempts))
    return Gradebook(tuple(exercises), counted, tuple(not_graded))


def result_of(one: Graded, policy: Policy) -> Result:
    report, gradients = one.report, one.report["gradients"]
    whole = Report.from_json(report)
    return Result(
        student=one.student,
        exercise=intern(one.exercise),
        file=one.file,
        passed=report["passed"],
        points=policy.worth(one.exercise, gradients, report["passed"]),
        out_of=policy.at_most(one.exercise, gradients),
        first_error=None if whole.unread else first_error(whole),
        error=report["error"],
        unread=whole.unread,
        flags=tuple(flag["flag"] for flag in report["flags"]),
        seconds=one.seconds,
    )


def first_error(report: Report) -> Error | None:
    first = report.first_own_error
    if first is None:
        return None
    mistake = None if first.diagnosis is None else intern(first.diagnosis.mistake)
    return Error(intern(first.label), intern(first.verdict), first.where, mistake)


def _counting(results: Sequence[Result], attempts: str) -> Iterable[Result]:
    """Which attempts count; they come in the order of time."""
    chosen: dict[tuple[Student, str], int] = {}
    for at, result in enumerate(results):
        key = result.student, result.exercise
        kept = chosen.get(key)
        if kept is None or attempts != "best" or _as_good(result, results[kept]):
            chosen[key] = at
    for at, result in enumerate(results):
        counts = attempts == "all" or chosen[result.student, result.exercise] == at
        yield result if counts else replace(result, counts=False)


def _as_good(one: Result, other: Result) -> bool:
    return (one.passed, one.points) >= (other.passed, other.points)


def gradebook_csv(book: Gradebook) -> str:
    """A row a student: points, out of how many, and whether it passed, for each exercise."""
    return as_csv(_of_students(book))


def _of_students(book: Gradebook) -> Iterator[list[Any]]:
    head = ["student", "id"]
    for exercise in book.exercises:
        head += [exercise, f"{exercise} out of", f"{exercise} passed"]
    yield [*head, "total", "out of"]
    for student in book.students:
        row, total, out_of = [student.name, student.id], 0.0, 0.0
        for exercise in book.exercises:
            result = book.of(student, exercise)
            if result is None:
                row += ["", "", book.why_nothing(student, exercise)]
                continue
            total, out_of = total + result.points, out_of + result.out_of
            row += [number(result.points), number(result.out_of), yes(result.passed)]
        yield [*row, number(total), number(out_of)]


def results_csv(book: Gradebook) -> str:
    """A row for each file: what it came to, or why it was not graded."""
    return as_csv(_of_files(book))


def _of_files(book: Gradebook) -> Iterator[list[Any]]:
    yield [
        "student", "id", "exercise", "file", "counts", "passed", "points", "out of",
        "first error", "verdict", "line", "mistake", "flags", "error",
    ]  # fmt: skip
    for student, pairs in book.by_student((one, one) for one in book.results):
        for one, _ in pairs:
            yield _row(one)
        yield from map(_row_of_nothing, book.not_graded_of(student))
    yield from map(_row_of_nothing, book.not_graded_of(None))


def _row(one: Result) -> list[Any]:
    first = one.first_error
    found = ["", "", "", ""]
    if first is not None:
        found = [first.gradient, first.verdict, first.where, first.mistake or ""]
    return [
        one.student.name, one.student.id, one.exercise, one.file, yes(one.counts), yes(one.passed),
        number(one.points), number(one.out_of), *found, " ".join(one.flags), one.error or "",
    ]  # fmt: skip


def _row_of_nothing(one: NotGraded) -> list[Any]:
    student = one.student or Student("")
    return [
        student.name, student.id, one.exercise or "", one.file, yes(False), NOT_GRADED,
        "", "", "", "", "", "", "", one.why,
    ]  # fmt: skip


def as_csv(rows: Iterable[Sequence[Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([cell(value) for value in row] for row in rows)
    return text.getvalue()


def cell(value: Any) -> str:
    """Text that no spreadsheet runs, nor a terminal. Source: OWASP, CSV injection."""
    text = str(value)
    text = printable(text, len(text))
    return f"'{text}" if text.startswith(FORMULA) else text


def number(value: float) -> str:
    return f"{value:g}"


def yes(value: bool) -> str:
    return "yes" if value else "no"
