"""What is there and has no result: it is said wherever a teacher or its student looks."""

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from grader.classroom.anonymous import Numbers
from grader.classroom.find import NotGraded, Student
from grader.classroom.formats import Wanted, write_format
from grader.classroom.formats.tables import read_table
from grader.classroom.gradebook import Gradebook, gradebook, gradebook_csv, results_csv
from grader.classroom.pages import write_pages
from grader.classroom.policy import Policy
from tests.classroom.pages.test_pages import Page
from tests.classroom.reports import graded, report

ANN, BEN, CEM, DAN = (Student(name) for name in ("Ann", "Ben", "Cem", "Dan"))
EXERCISES = ("exercise1", "exercise2")
RESULTS = (
    graded(ANN, report("exercise1")), graded(BEN, report("exercise1")),
    graded(BEN, report("exercise2")),
)  # fmt: skip
FAILED = NotGraded(ANN, "exercise2", "Ann/exercise2.py", "the grader failed on it (see /home/me/x)")
NOT_GRADED = (
    FAILED,
    NotGraded(BEN, None, "Ben/plot.png", "neither a .py nor an .ipynb"),
    NotGraded(CEM, None, "Cem.zip", "cannot be opened as a zip (File is not a zip file)"),
    NotGraded(DAN, "exercise5", "Dan/exercise5.py", "it is for exercise5, not graded here"),
    NotGraded(None, None, "=list.txt", "neither a .py nor an .ipynb"),
)


def book(not_graded: Sequence[NotGraded] = NOT_GRADED) -> Gradebook:
    return gradebook(RESULTS, EXERCISES, Policy(), not_graded)


def test_the_gradebook_tells_it_from_what_was_not_handed_in() -> None:
    rows = list(csv.reader(io.StringIO(gradebook_csv(book()))))
    assert [(row[0], row[4], row[7]) for row in rows[1:]] == [
        ("Ann", "yes", "not graded"),
        ("Ben", "yes", "yes"),
        ("Cem", "not graded", "not graded"),
        ("Dan", "not handed in", "not handed in"),
    ]


def test_each_file_has_a_row_with_the_reason() -> None:
    rows = list(csv.DictReader(io.StringIO(results_csv(book()))))
    found = [(row["student"], row["exercise"], row["file"], row["passed"]) for row in rows]
    assert found == [
        ("Ann", "exercise1", "Ann/exercise1-1.py", "yes"),
        ("Ann", "exercise2", "Ann/exercise2.py", "not graded"),
        ("Ben", "exercise1", "Ben/exercise1-1.py", "yes"),
        ("Ben", "exercise2", "Ben/exercise2-1.py", "yes"),
        ("Ben", "", "Ben/plot.png", "not graded"),
        ("Cem", "", "Cem.zip", "not graded"),
        ("Dan", "exercise5", "Dan/exercise5.py", "not graded"),
        ("", "", "'=list.txt", "not graded"),
    ]
    assert rows[1]["error"] == FAILED.why and rows[1]["counts"] == "no" and rows[1]["points"] == ""


def test_it_is_on_the_page_of_the_class_and_on_the_students(tmp_path: Path) -> None:
    write_pages(RESULTS, book(), Policy(), tmp_path)
    page = Page((tmp_path / "index.html").read_text())
    assert "#not-graded" in page.links and "not-graded" in page.ids
    for one in NOT_GRADED:
        assert f"{one.file} : {one.why}" in page.text
    assert "4 students, exercise1: 2 of 2 passed" in page.text
    ann = Page((tmp_path / "students" / "ann.html").read_text())
    assert "exercise2 not graded" in ann.text
    assert "Ann/exercise2.py : the grader failed on it" in ann.text and "/home" not in ann.text
    cem = Page((tmp_path / "students" / "cem.html").read_text())
    assert "exercise1 not graded" in cem.text and "Cem.zip : cannot be opened as a zip" in cem.text
    write_pages(RESULTS, book(()), Policy(), tmp_path)
    assert "Not graded" not in (tmp_path / "index.html").read_text()
    assert not (tmp_path / "students" / "cem.html").exists()


def test_nobody_is_named_without_names(tmp_path: Path) -> None:
    numbers = Numbers.drawn([ANN, BEN, CEM, DAN], "salt")
    nothing = tuple(numbers.not_graded(NOT_GRADED))
    assert [one.exercise for one in nothing] == ["exercise2", None, None, "exercise5"]
    said = repr(nothing)
    assert not any(name in said for name in ("Ann", "Ben", "Cem", "Dan", "list", "/home"))
    assert nothing[1].file == f"{numbers.called(BEN).name.replace(' ', '-').lower()}/file.png"


def test_other_systems_get_no_points_for_it(tmp_path: Path) -> None:
    for name in ("canvas", "nbgrader", "gradescope"):
        write_format(Wanted(name, tmp_path / name), RESULTS, book(), Policy())
    canvas = list(csv.reader(io.StringIO((tmp_path / "canvas").read_text())))
    assert [(row[0], row[5], row[6]) for row in canvas[2:]] == [
        ("Ann", "26", ""),
        ("Ben", "26", "1"),
    ]
    rows = csv.DictReader(io.StringIO((tmp_path / "nbgrader").read_text()))
    assert [(row["assignment"], row["student_id"]) for row in rows] == [
        ("exercise1", "Ann"), ("exercise1", "Ben"), ("exercise1", "Dan"), ("exercise2", "Ben"),
        ("exercise2", "Dan"),
    ]  # fmt: skip
    sheet = json.loads((tmp_path / "gradescope" / "ann.json").read_text())
    assert sheet["tests"][-1]["output"] == "Handed in, and could not be graded."


@pytest.mark.parametrize(
    ("head", "rows", "filled", "count"),
    [
        (
            "Identifier,Full name,Grade,Maximum Grade,Feedback comments",
            ["Participant 1,Ann,7,27,old", "Participant 2,Ben,,27,", "Participant 3,Cem,,27,"],
            ["Participant 1,Ann,7,27,old",
             "Participant 2,Ben,27,27,\"exercise1: 26 of 26, passed. exercise2: 1 of 1, passed\"",
             "Participant 3,Cem,,27,"],
            1,
        ),
        (
            "Student,ID,exercise1 (1),exercise2 (2)",
            ["Ann,,,7", "Ben,,,", "Cem,,3,"],
            ["Ann,,26,7", "Ben,,26,1", "Cem,,3,"],
            2,
        ),
    ],
)  # fmt: skip
def test_what_is_there_already_stays(
    head: str, rows: list[str], filled: list[str], count: int, tmp_path: Path
) -> None:
    path = tmp_path / "export.csv"
    path.write_text("\n".join([head, *rows]) + "\n")
    table = read_table(path)
    found = table.fill(table, book())
    assert list(csv.reader(io.StringIO(found.text))) == list(csv.reader([head, *filled]))
    assert found.rows == count


def test_a_students_file_says_the_same_as_the_gradebook(tmp_path: Path) -> None:
    write_format(Wanted("gradescope", tmp_path), RESULTS, book(), Policy())
    cem = json.loads((tmp_path / "cem.json").read_text())
    assert {one["output"] for one in cem["tests"]} == {"Handed in, and could not be graded."}
    dan = json.loads((tmp_path / "dan.json").read_text())
    assert {one["output"] for one in dan["tests"]} == {"Not handed in."}
