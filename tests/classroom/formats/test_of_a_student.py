"""Documents of one student, held against what each system says of its format."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from grader.classroom.formats import Wanted, write_format
from grader.classroom.policy import Feedback, Points, Policy
from grader.classroom.store import Graded
from grader.errors import UsageProblem
from grader.syntax.cells import Place
from tests.classroom.formats import schemas
from tests.classroom.reports import book_of, graded, missing, report, unread, wrong

EXERCISES = ("exercise1", "exercise2")
RIGHT = graded("Ann", report("exercise2"))
WRONG = graded("Ann", report("exercise1", wrong("probs", "wrong-factor"), missing("C")))
UNREAD = [
    graded("Ann", unread("exercise1", "x.py, line 3: syntax error")),
    graded("Ann", unread("exercise2", "x.py: \x1b[31mno `backward`")),
]
ENVIRONMENT = {
    "CLASSROOM": "cs", "ASSIGNMENT": "backprop", "SUBMISSION_TAG": "submit/2026-06-01",
    "COMMIT_URL": "https://x/commit/1", "RELEASE_URL": "https://x/releases/1",
}  # fmt: skip
CASES: dict[str, tuple[list[Graded], Policy]] = {
    "two exercises": ([WRONG, RIGHT], Policy()),
    "one not handed in": ([RIGHT], Policy()),
    "none": ([], Policy()),
    "not read": (UNREAD, Policy()),
    "points": ([WRONG, RIGHT], Policy(points=Points(0.5, 3.0, {"exercise1": {"probs": 2.25}}))),
}
SCHEMAS = {
    "gradescope": schemas.GRADESCOPE,
    "prairielearn": schemas.PRAIRIELEARN,
    "otter": schemas.OTTER,
    "github": schemas.AUTOGRADING,
    "classroom50": schemas.CLASSROOM50,
}


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)

    def write(name: str, results: list[Graded], policy: Policy) -> Any:
        path = tmp_path / "results.json"
        book = book_of(results, *EXERCISES, policy=policy)
        write_format(Wanted(name, path), results, book, policy)
        content = path.read_bytes()
        return json.loads(base64.b64decode(content) if name == "github" else content)

    return write


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", SCHEMAS)
def test_a_document_is_as_its_system_has_it(
    name: str, case: str, written: Callable[..., Any]
) -> None:
    document = written(name, *CASES[case])
    schema = SCHEMAS[name]
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(document)
    assert "\x1b" not in json.dumps(document, ensure_ascii=False)


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_schemas_refuse_what_is_not_there(name: str, written: Callable[..., Any]) -> None:
    document = written(name, *CASES["two exercises"])
    broken = document | {"tests": [{"name": 3}]}
    assert not Draft202012Validator(SCHEMAS[name]).is_valid(broken)


def points_of(name: str, document: Any) -> tuple[float, float]:
    """As each system adds them up."""
    tests = document["tests"]
    if name == "otter":
        tests = tests[1:]
    if name == "prairielearn":
        got, most = sum(t["points"] for t in tests), sum(t["max_points"] for t in tests)
        assert document["score"] == pytest.approx(got / most)
        return got, most
    if name == "github":
        return sum(t["score"] for t in tests), document["max_score"]
    keys = ("score", "max-score") if name == "classroom50" else ("score", "max_score")
    got, most = (sum(test[key] for test in tests) for key in keys)
    if name != "otter":
        assert document["score"] == pytest.approx(got)
    return got, most


@pytest.mark.parametrize("name", SCHEMAS)
@pytest.mark.parametrize(
    ("case", "points"),
    [
        ("two exercises", (25.0, 27.0)),
        ("one not handed in", (1.0, 27.0)),
        ("none", (0.0, 27.0)),
        ("points", (24.0 + 4.0, 27.25 + 1.0 + 6.0)),
    ],
)
def test_points_are_the_policys(
    name: str, case: str, points: tuple[float, float], written: Callable[..., Any]
) -> None:
    scale = 4 if name == "classroom50" and case == "points" else 1  # whole numbers only
    found = points_of(name, written(name, *CASES[case]))
    assert found == pytest.approx(tuple(scale * amount for amount in points))


def test_what_is_said_of_a_mistake_is_as_much_as_the_policy_allows(
    written: Callable[..., Any],
) -> None:
    told = json.dumps(written("gradescope", [WRONG, RIGHT], Policy()))
    silent = json.dumps(written("gradescope", [WRONG, RIGHT], Policy(feedback=Feedback(False))))
    assert "Line 7: wrong. dprobs is off by a factor of 2." in told
    assert '"Line 7: wrong"' in silent and "factor" not in silent


def test_not_read_and_failed_are_told_apart(written: Callable[..., Any]) -> None:
    assert written("github", [WRONG, RIGHT], Policy())["status"] == "fail"
    assert written("github", UNREAD, Policy())["status"] == "error"
    right = [graded("Ann", report(exercise)) for exercise in EXERCISES]
    assert written("github", right, Policy())["status"] == "pass"
    document = written("prairielearn", UNREAD, Policy())
    assert document["format_errors"][0] == "Ann/exercise1-1.py, line 3: syntax error"


def test_several_students_make_a_folder(tmp_path: Path) -> None:
    results = [graded(name, report("exercise2")) for name in ("Ann", "Bob O'Neill")]
    write_format(Wanted("otter", tmp_path / "all"), results, book_of(results), Policy())
    assert sorted(path.name for path in (tmp_path / "all").iterdir()) == [
        "ann.json", "bob-o-neill.json"
    ]  # fmt: skip


def test_classroom50_needs_its_runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLASSROOM", raising=False)
    results = [RIGHT]
    with pytest.raises(UsageProblem, match="CLASSROOM is not set"):
        write_format(Wanted("classroom50", tmp_path / "r"), results, book_of(results), Policy())


def test_a_line_of_a_notebook_is_said_with_its_cell(written: Callable[..., Any]) -> None:
    one = wrong("logits", line=40, place=Place(3, "dlogits = 1", 9, 17))
    document = written("gradescope", [graded("Ann", report("exercise2", one))], Policy())
    said = next(
        test["output"] for test in document["tests"] if test["name"] == "exercise2: dlogits"
    )
    assert said.startswith("[17] line 3: wrong.")
