"""A class without names: students as numbers, which say nothing of the order of names."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from grader.classroom.find import Found, NotGraded, Student
from grader.classroom.store import Graded


@dataclass(frozen=True)
class Numbers:
    """Which number each student has. They hold for one class: with a student more, others change.

    `salt` is the class's own, so that nobody can work out a number from a name.
    """

    of: Mapping[Student, int]

    @classmethod
    def drawn(cls, students: Iterable[Student], salt: str) -> "Numbers":
        def place(student: Student) -> str:
            return hashlib.sha256(f"{salt}\0{student.name}\0{student.id}".encode()).hexdigest()

        return cls({one: number for number, one in enumerate(sorted(students, key=place), 1)})

    def in_order(self, found: Sequence[Found]) -> tuple[Found, ...]:
        return tuple(sorted(found, key=lambda one: self.of[one.student]))

    def called(self, student: Student) -> Student:
        digits = len(str(len(self.of)))
        return Student(f"Student {self.of[student]:0{digits}}")

    def _file(self, student: Student, called: str, file: str) -> str:
        dot, suffix = file.rpartition("/")[2].rpartition(".")[1:]
        return f"{student.name.replace(' ', '-').lower()}/{called}{dot}{suffix if dot else ''}"

    def without_names(self, graded: Iterable[Graded]) -> Iterator[Graded]:
        """What is quoted of a student's own lines stays: a name in a comment is not found."""
        for one in graded:
            student = self.called(one.student)
            file = self._file(student, one.exercise, one.file)
            report = _renamed(one.report, one.report["submission"], file)
            yield replace(one, student=student, file=file, report=report)

    def not_graded(self, files: Iterable[NotGraded]) -> Iterator[NotGraded]:
        """Without those that nothing says the student of: it may be in their names."""
        for one in files:
            if one.student is not None:
                student = self.called(one.student)
                file = self._file(student, one.exercise or "file", one.file)
                yield NotGraded(student, one.exercise, file, one.in_short)

    def rows(self) -> Iterator[list[str]]:
        """Who is who."""
        yield ["number", "student", "id"]
        for student in self.of:
            yield [self.called(student).name, student.name, student.id]


def _renamed(report: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    """The file's path, which has the student's name in it, also where a sentence has it."""
    error = report["error"]
    flags = [flag | {"message": flag["message"].replace(old, new)} for flag in report["flags"]]
    return report | {
        "submission": new,
        "error": None if error is None else error.replace(old, new),
        "flags": flags,
    }
