"""A class without names: nothing that is written says who it is."""

import json

from grader.classroom.anonymous import Numbers
from grader.classroom.find import Student
from tests.classroom.reports import graded, report, unread

STUDENTS = [Student(f"Name{number:03}", str(number)) for number in range(100)]


def test_numbers_are_the_class_s_own_and_not_in_the_order_of_names() -> None:
    numbers = Numbers.drawn(STUDENTS, "salt")
    assert sorted(numbers.of.values()) == list(range(1, 101))
    in_order = [numbers.of[student] for student in STUDENTS]
    assert in_order != sorted(in_order)
    assert numbers == Numbers.drawn(reversed(STUDENTS), "salt")
    assert numbers != Numbers.drawn(STUDENTS, "another")
    assert {numbers.called(student).name for student in STUDENTS} == {
        f"Student {number:03}" for number in range(1, 101)
    }


def test_neither_names_nor_numbers_of_the_platform_nor_paths_are_left() -> None:
    numbers = Numbers.drawn(STUDENTS, "salt")
    results = [
        graded(STUDENTS[5], report("exercise2")),
        graded(STUDENTS[6], unread("exercise2", "x.py, line 3: x.py is no Python")),
    ]
    found = list(numbers.without_names(results))
    said = json.dumps([one.report for one in found]) + repr(
        [(one.student, one.file) for one in found]
    )
    assert "Name" not in said
    assert all(one.student.id == "" for one in found)
    number = numbers.called(STUDENTS[6]).name.removeprefix("Student ")
    path = f"student-{number}/exercise2.py"
    assert found[1].report["error"] == f"{path}, line 3: {path} is no Python"


def test_who_is_who() -> None:
    rows = list(Numbers.drawn(STUDENTS, "salt").rows())
    assert rows[0] == ["number", "student", "id"]
    assert sorted(row[1] for row in rows[1:]) == [student.name for student in STUDENTS]
