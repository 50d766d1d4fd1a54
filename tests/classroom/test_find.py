"""Whose a file is and what it answers, as folders and exports name them."""

import os
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from grader.classroom.entries import Entry
from grader.classroom.find import Student, find, student_of


def nothing_inside(entry: Entry) -> Sequence[str]:
    return []


def lay_out(root: Path, *names: str) -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("pass")
    return root


@pytest.mark.parametrize(
    ("path", "student", "rest"),
    [
        ("alice/exercise1.py", Student("alice"), "exercise1.py"),
        ("alice/week 3/exercise1.py", Student("alice"), "week 3/exercise1.py"),
        ("doejane_4711_998877_exercise1.py", Student("doejane", "4711"), "exercise1.py"),
        ("doejane_LATE_4711_998877_exercise1-2.py", Student("doejane", "4711"), "exercise1.py"),
        ("doejane_late_4711_998877_my_own.ipynb", Student("doejane", "4711"), "my_own.ipynb"),
        ("Jane Doe_12_assignsubmission_file_/e.py", Student("Jane Doe", "12"), "e.py"),
        ("Jane Doe_12_assignsubmission_file_e.py", Student("Jane Doe", "12"), "e.py"),
        ("submission_88/exercise1.py", Student("Doe, Jane", "88"), "exercise1.py"),
        ("submission_89/exercise1.py", Student("submission_89", "89"), "exercise1.py"),
        ("alice_exercise1.py", Student("alice"), "alice_exercise1.py"),
        ("exercise1-alice.py", Student("alice"), "exercise1-alice.py"),
        ("Exercise 01 alice b.py", Student("alice b"), "Exercise 01 alice b.py"),
        ("exercise1.py", Student("exercise1"), "exercise1.py"),
        ("alice.py", Student("alice"), "alice.py"),
    ],
)
def test_a_path_says_who(path: str, student: Student, rest: str) -> None:
    names = {"submission_88": "Doe, Jane"}
    assert student_of(path.split("/"), names) == (student, rest)


def test_a_name_or_else_the_contents_say_which_exercise(tmp_path: Path) -> None:
    lay_out(
        tmp_path, "a/exercise1.py", "a/exercise2.py", "a/exercise10.py", "a/notes.txt",
        "b/lecture.ipynb", "c/anything.py", "d/exercise_2_final.py",
    )  # fmt: skip

    def contents(entry: Entry) -> Sequence[str]:
        return ["exercise1", "exercise2", "exercise4"] if entry.name == "b/lecture.ipynb" else []

    finding = find(tmp_path, ["exercise1", "exercise2"], contents)
    assert [(one.student.name, one.exercise, one.entry.name) for one in finding.found] == [
        ("a", "exercise1", "a/exercise1.py"),
        ("a", "exercise2", "a/exercise2.py"),
        ("b", "exercise1", "b/lecture.ipynb"),
        ("b", "exercise2", "b/lecture.ipynb"),
        ("d", "exercise2", "d/exercise_2_final.py"),
    ]
    assert {one.file: one.why for one in finding.not_placed} == {
        "a/exercise10.py": "it is for exercise10, which is not graded here",
        "a/notes.txt": "neither a .py nor an .ipynb",
        "c/anything.py": "nothing says which exercise it is for; name it after the exercise",
    }


def test_where_one_exercise_is_graded_any_file_is_for_it(tmp_path: Path) -> None:
    lay_out(tmp_path, "a/homework.py", "b.py")
    found = find(tmp_path, ["exercise3"], nothing_inside).found
    assert [(one.student.name, one.exercise) for one in found] == [
        ("a", "exercise3"),
        ("b", "exercise3"),
    ]


def test_the_one_folder_of_an_export_is_nobody(tmp_path: Path) -> None:
    lay_out(tmp_path, "homework 3/alice/exercise1.py", "homework 3/bob/exercise1.py")
    found = find(tmp_path, ["exercise1"], nothing_inside)
    assert [student.name for student in found.students] == ["alice", "bob"]


def test_a_folder_around_what_canvas_named_is_nobody(tmp_path: Path) -> None:
    lay_out(tmp_path, "week 2/ann_4711_99_exercise1.py", "week 2/ben_LATE_4712_98_exercise1.ipynb")
    (tmp_path / "week 2" / "cem_4713_97_all.zip").write_text("no zip")
    finding = find(tmp_path, ["exercise1"], nothing_inside)
    assert [one.name for one in finding.students] == ["ann", "ben"]
    assert [one.student for one in finding.not_placed] == [Student("cem", "4713")]


def test_a_class_of_one_keeps_the_folder(tmp_path: Path) -> None:
    lay_out(tmp_path, "alice/exercise1.py", "alice/old/exercise1.py")
    found = find(tmp_path, ["exercise1"], nothing_inside)
    assert [student.name for student in found.students] == ["alice"]


def test_gradescopes_list_gives_the_names(tmp_path: Path) -> None:
    lay_out(tmp_path, "x_export/submission_1/exercise1.py", "x_export/submission_2/exercise1.py")
    (tmp_path / "x_export" / "submission_metadata.yml").write_text(
        "submission_1:\n  :submitters:\n  - :name: Jane Doe\n    :sid: '7'\n"
        "submission_2:\n  :submitters:\n  - :name: Max\n  - :name: 'Mo'\n"
    )
    found = find(tmp_path, ["exercise1"], nothing_inside)
    assert [student.name for student in found.students] == ["Jane Doe", "Max, Mo"]
    assert found.not_placed == ()


def test_attempts_come_in_the_order_of_time(tmp_path: Path) -> None:
    lay_out(tmp_path, "a/exercise1.py", "a/exercise1_again.py", "a/exercise1_first.py")
    for name, when in (
        ("exercise1.py", 20),
        ("exercise1_again.py", 30),
        ("exercise1_first.py", 10),
    ):
        os.utime(tmp_path / "a" / name, (when, when))
    found = find(tmp_path, ["exercise1"], nothing_inside).found
    assert [one.entry.changed for one in found] == [10, 20, 30]


def test_a_file_that_is_not_graded_is_someones_where_something_says_so(tmp_path: Path) -> None:
    lay_out(
        tmp_path, "course.toml", "ann/exercise1.py", "ann/notes.txt", "ben/exercise2.docx",
        "doejane_4711_99_exercise1.pdf", "eve.py", "fay/exercise5.py",
    )  # fmt: skip
    (tmp_path / "gus.zip").write_text("no zip")
    finding = find(tmp_path, ["exercise1", "exercise2"], nothing_inside)
    found = {one.file: (one.student, one.exercise) for one in finding.not_placed}
    assert found == {
        "course.toml": (None, None),
        "ann/notes.txt": (Student("ann"), None),
        "ben/exercise2.docx": (Student("ben"), "exercise2"),
        "doejane_4711_99_exercise1.pdf": (Student("doejane", "4711"), "exercise1"),
        "eve.py": (Student("eve"), None),
        "fay/exercise5.py": (Student("fay"), "exercise5"),
        "gus.zip": (Student("gus"), None),
    }
    assert [one.name for one in finding.students] == ["ann"]
    assert {one.name for one in finding.everybody} == {"ann", "ben", "doejane", "eve", "fay", "gus"}


def test_an_archive_in_an_export_of_one_folder_is_its_students_too(tmp_path: Path) -> None:
    lay_out(tmp_path, "week 2/ann/exercise1.py", "week 2/ben/exercise1.py")
    (tmp_path / "week 2" / "cem").mkdir()
    (tmp_path / "week 2" / "cem" / "all.zip").write_text("no zip")
    finding = find(tmp_path, ["exercise1"], nothing_inside)
    assert [one.name for one in finding.everybody] == ["ann", "ben", "cem"]


def test_a_list_that_a_student_handed_in_gives_nobody_another_name(tmp_path: Path) -> None:
    one = "submission_{}:\n  :submitters:\n  - :name: {{}}\n"
    names = one.format(1) + one.format(2)
    lay_out(tmp_path, "x_export/submission_1/exercise1.py", "x_export/submission_2/exercise1.py")
    export, listed = tmp_path / "x_export", "submission_metadata.yml"
    (export / listed).write_text(names.format("Ann", "Ben"))
    (export / "submission_1" / listed).write_text(names.format("Ben", "Ann"))
    found = find(tmp_path, ["exercise1"], nothing_inside).found
    assert {one.student.name: one.entry.parts[0] for one in found} == {
        "Ann": "submission_1",
        "Ben": "submission_2",
    }


def test_an_archive_in_a_zipped_export_is_its_students_and_not_the_exports(tmp_path: Path) -> None:
    export = tmp_path / "submissions.zip"
    with zipfile.ZipFile(export, "w") as archive:
        archive.writestr("ann_4711_99_exercise1.py", "pass")
        archive.writestr("ben_4712_98_exercise1.zip", "")
        archive.writestr("cem/all.zip", "")
        archive.writestr("../eve.py", "")
    finding = find(export, ["exercise1"], nothing_inside)
    assert {one.file: one.student for one in finding.not_placed} == {
        "ben_4712_98_exercise1.zip": Student("ben", "4712"),
        "cem/all.zip": Student("cem"),
        "../eve.py": None,
    }


def test_what_is_said_to_be_nobodys_is_not_looked_at(tmp_path: Path) -> None:
    lay_out(tmp_path, "ann/exercise1.py", "class/students/ann.html", "ben/class/exercise1.py")
    finding = find(tmp_path, ["exercise1"], nothing_inside, besides=[tmp_path / "class"])
    assert [one.name for one in finding.everybody] == ["ann", "ben"]
    assert finding.not_placed == ()
