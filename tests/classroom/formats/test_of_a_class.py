"""Documents of a whole class: JUnit and pytest-json-report beside pytest's own, and tables."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from junitparser import Failure, JUnitXml

from grader.classroom.find import Student
from grader.classroom.formats import Wanted, write_format
from grader.classroom.formats.tables import NBGRADER, read_table
from grader.classroom.policy import Policy
from grader.classroom.store import Graded
from grader.errors import UsageProblem
from grader.render.pytest_formats import write_pytest_formats
from tests.classroom.formats import schemas
from tests.classroom.reports import book_of, graded, missing, report, unread, wrong

CLASS = [
    graded("Ann", report("exercise1", wrong("probs", "wrong-factor"), missing("C"))),
    graded("Ann", report("exercise2")),
    graded("Bob", unread("exercise1", "x.py, line 3: syntax error, \x0c and \ud800")),
]


def written(name: str, tmp_path: Path, results: list[Graded] = CLASS) -> str:
    path = tmp_path / name
    book = book_of(results, "exercise1", "exercise2")
    write_format(Wanted(name, path), results, book, Policy())
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def pytests(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What pytest itself writes of the same reports."""
    folder = tmp_path_factory.mktemp("pytest")
    write_pytest_formats([one.report for one in CLASS], folder / "junit", folder / "json-report")
    return folder


def test_junit_says_what_pytest_would(tmp_path: Path, pytests: Path) -> None:
    def said(xml: JUnitXml) -> list[tuple[str, str | None]]:
        cases = (case for suite in xml for case in suite)
        return [(case.name, case.result[0].message if case.result else None) for case in cases]

    written("junit", tmp_path)
    ours = JUnitXml.fromfile(str(tmp_path / "junit"))
    theirs = said(JUnitXml.fromfile(str(pytests / "junit")))
    for mine, other in zip(said(ours), theirs, strict=True):
        assert mine[0] == other[0] and (mine[1] is None) == (other[1] is None)
        assert (mine[1] or "") in (other[1] or "")
    suites = list(ours)
    assert [suite.name for suite in suites] == ["Ann exercise1", "Ann exercise2", "Bob exercise1"]
    assert [(suite.tests, suite.failures) for suite in suites] == [(26, 2), (1, 0), (27, 27)]
    failure = next(case.result[0] for case in suites[0] if case.name == "dprobs")
    assert isinstance(failure, Failure)
    assert failure.message == "wrong. dprobs is off by a factor of 2."
    assert failure.text.startswith("line 7: wrong. ")


def test_a_json_report_says_what_pytest_would(tmp_path: Path, pytests: Path) -> None:
    ours: dict[str, Any] = json.loads(written("json-report", tmp_path))
    Draft202012Validator(schemas.JSON_REPORT).validate(ours)
    theirs = json.loads((pytests / "json-report").read_text())
    assert ours["summary"] == theirs["summary"]
    assert ours["exitcode"] == theirs["exitcode"] == 1
    for mine, other in zip(ours["tests"], theirs["tests"], strict=True):
        assert mine["nodeid"].split("::")[-1] == other["nodeid"].split("::")[-1]
        assert mine["outcome"] == other["outcome"] == mine["call"]["outcome"]
        if mine["outcome"] == "failed":
            assert mine["call"]["crash"]["message"] == other["call"]["crash"]["message"]
            assert mine["call"]["crash"]["lineno"] == other["call"]["crash"]["lineno"]
    assert len({test["nodeid"] for test in ours["tests"]}) == len(ours["tests"])


def test_a_class_of_nobody(tmp_path: Path) -> None:
    document = json.loads(written("json-report", tmp_path, []))
    assert document["exitcode"] == 5 and document["tests"] == []
    written("junit", tmp_path, [])
    assert len(JUnitXml.fromfile(str(tmp_path / "junit"))) == 0
    assert written("nbgrader", tmp_path, []) == ",".join(NBGRADER) + "\n"


def test_what_a_student_is_called_breaks_nothing(tmp_path: Path) -> None:
    name = '<b> & "x" ::\n\x00\x1b[31m=1+1'
    results = [graded(name, report("exercise2"))]
    written("junit", tmp_path, results)
    (suite,) = JUnitXml.fromfile(str(tmp_path / "junit"))
    assert suite.name.startswith('<b> & "x" ::\\n\\x00\\x1b[31m')
    assert json.loads(written("json-report", tmp_path, results))["summary"]["total"] == 1


def rows_of(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def test_canvas_has_its_columns_and_its_row_of_points(tmp_path: Path) -> None:
    results = [*CLASS, graded(Student("=cmd()", "4711"), report("exercise2"))]
    head, possible, *students = rows_of(written("canvas", tmp_path, results))
    assert head == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "exercise1",
                    "exercise2"]  # fmt: skip
    assert [cell.strip() for cell in possible] == ["Points Possible", "", "", "", "", "26", "1"]
    assert students == [
        ["Ann", "", "", "", "", "24", "1"],
        ["Bob", "", "", "", "", "0", ""],
        ["'=cmd()", "4711", "", "", "", "", "1"],
    ]


def test_nbgrader_has_a_row_for_each_exercise_and_student(tmp_path: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(written("nbgrader", tmp_path))))
    assert list(rows[0]) == list(NBGRADER)
    found = [(row["assignment"], row["student_id"], float(row["score"]), float(row["max_score"]))
             for row in rows]  # fmt: skip
    assert found == [
        ("exercise1", "Ann", 24, 26), ("exercise1", "Bob", 0, 26), ("exercise2", "Ann", 1, 1),
        ("exercise2", "Bob", 0, 1),
    ]  # fmt: skip
    assert all(row["raw_score"] == row["score"] for row in rows)


CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,Exercise 1 (9001),Essay (9002),exercise2 (9003),Total
    Manual Posting,,,,,,,,
    Points Possible,,,,,26,10,100,(read only)
"Doe, Jane",11,s11,jane,A,,7,,50
"Ann",12,s12,ann,A,,8,,60
"=Somebody",13,s13,x,B,5,,,
"""


def test_an_exported_gradebook_of_canvas_is_filled_and_nothing_else_changes(
    tmp_path: Path,
) -> None:
    path = tmp_path / "export.csv"
    path.write_text("\ufeff" + CANVAS, encoding="utf-8")
    results = [
        graded(Student("doejane", "11"), report("exercise1")),
        graded(Student("doejane", "11"), report("exercise2")),
        graded("Ann", report("exercise1", wrong("probs"))),
        graded(Student("Eve", "99"), report("exercise1")),
    ]
    table = read_table(path)
    filled = table.fill(table, book_of(results, "exercise1", "exercise2"))
    assert rows_of(filled.text) == [
        *rows_of(CANVAS)[:3],
        ["Doe, Jane", "11", "s11", "jane", "A", "26", "7", "100", "50"],
        ["Ann", "12", "s12", "ann", "A", "25", "8", "", "60"],
        ["=Somebody", "13", "s13", "x", "B", "5", "", "", ""],
    ]
    assert filled.rows == 2
    assert [one.name for one in filled.not_there] == ["Eve"]


MOODLE = """\
Identifier,Full name,Email address,Status,Grade,Maximum Grade,"Grade can be changed",\
"Last modified (submission)","Last modified (grade)","Feedback comments"
"Participant 4711","Jane Doe",jane@x,Submitted,,100.00,Yes,-,-,
"Participant 4712",José,jose@x,Submitted,,"100,00",Yes,-,-,
"Participant 4713",Nobody,n@x,"No submission",12,100.00,Yes,-,-,old
"""


def test_a_grading_worksheet_of_moodle_is_filled(tmp_path: Path) -> None:
    path = tmp_path / "Grades.csv"
    path.write_text(MOODLE, encoding="utf-8")
    results = [
        graded(Student("Jane Doe", "4711"), report("exercise1", wrong("probs"))),
        graded(Student("Jane Doe", "4711"), report("exercise2")),
        graded("jose", report("exercise2")),
    ]
    table = read_table(path)
    found = rows_of(table.fill(table, book_of(results, "exercise1", "exercise2")).text)
    assert found[0] == rows_of(MOODLE)[0] and found[3] == rows_of(MOODLE)[3]
    assert (found[1][4], found[2][4]) == ("96.3", "3.7")  # of 100 for all 27
    assert found[1][9] == (
        "exercise1: 25 of 26; first error: dprobs, line 7 (wrong). exercise2: 1 of 1, passed"
    )
    assert found[2][9] == "exercise2: 1 of 1, passed"


def test_a_table_with_semicolons_keeps_them(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text('Student;ID;exercise2 (1)\n"Doe, Ann";1;\n')
    table = read_table(path)
    filled = table.fill(table, book_of([graded(Student("x", "1"), report("exercise2"))]))
    assert filled.text == "Student;ID;exercise2 (1)\nDoe, Ann;1;1\n"


def test_a_row_that_is_too_short_is_said(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("Student,ID,exercise2 (1)\nAnn\n")
    with pytest.raises(UsageProblem, match="row 2 has 1 cells"):
        read_table(path)


def test_what_cannot_be_filled_is_said(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(UsageProblem, match="neither Canvas's gradebook nor Moodle's"):
        read_table(path)
    path.write_text("Student,ID,Essay (1)\nAnn,1,\n")
    table = read_table(path)
    with pytest.raises(UsageProblem, match=r"no column is called exercise2 \(123\)"):
        table.fill(table, book_of([graded("Ann", report("exercise2"))]))
    path.write_text("Student,ID,exercise2 (1)\nAnn,,\nAnn,,\n")
    table = read_table(path)
    with pytest.raises(UsageProblem, match="two rows"):
        table.fill(table, book_of([graded("Ann", report("exercise2"))]))
    with pytest.raises(UsageProblem, match="No such file"):
        read_table(tmp_path / "none.csv")
