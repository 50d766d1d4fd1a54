"""pytest called on a submission: what it collects, shows and leaves alone."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from grader.course import EXERCISES
from grader.course.exercise import load_exercise
from grader.workspace.kit import lay_out, pristine_stub, solution_source

STUB = "def backward(n, Yb, logits):\n    dlogits = None\n    return locals()\n"
# Written by whatever imports the file in pytest's own process.
TELLTALE = """
import sys
if "pytest" in sys.modules:
    open({marker!r}, "w").write("imported by pytest")
"""
WATCH = """
def pytest_sessionfinish(session):
    import sys
    print("LOADED", *sorted({"torch", "exercise1", "exercise2"} & set(sys.modules)), "END")
"""


def submission(pytester: pytest.Pytester, text: str, path: str = "exercise2.py") -> Path:
    file = pytester.path / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def ids(pytester: pytest.Pytester, *args: str) -> list[str]:
    result = pytester.runpytest_inprocess("--collect-only", "-q", *args)
    return [line for line in result.outlines if "::" in line]


def test_each_gradient_of_the_worked_answer_is_an_item_that_passes(
    pytester: pytest.Pytester,
) -> None:
    submission(pytester, solution_source("exercise1"), "solutions/exercise1.py")
    record = pytester.inline_run("solutions/exercise1.py")
    passed, skipped, failed = record.listoutcomes()
    assert (skipped, failed) == ([], [])
    assert [report.nodeid for report in passed] == [
        f"solutions/exercise1.py::d{name}" for name in load_exercise("exercise1").gradients
    ]


def test_the_stub_fails_item_by_item_in_both_formats_without_torch_in_the_process(
    pytester: pytest.Pytester,
) -> None:
    pytester.makeconftest(WATCH)
    stub = pristine_stub("exercise1")
    line = 1 + stub.splitlines().index("    dlogprobs = None  # (n, vocab_size)")
    submission(pytester, stub, "exercise1.py")
    result = pytester.runpytest_subprocess(
        "exercise1.py", "-s", "--json-report", "--json-report-file=report.json", "--junitxml=x.xml"
    )
    result.assert_outcomes(failed=26)
    result.stdout.fnmatch_lines(["*LOADED END"])
    report = json.loads((pytester.path / "report.json").read_text())
    assert report["summary"] == {"failed": 26, "total": 26, "collected": 26}
    first = report["tests"][0]
    assert first["nodeid"] == "exercise1.py::dlogprobs"
    assert first["call"]["longrepr"] == (
        f"exercise1.py:{line}: missing\n"
        "    loss = -logprobs[range(n), Yb].mean()\n"
        "Expected shape (32, 27)."
    )
    suite = ElementTree.parse(pytester.path / "x.xml").getroot()[0]
    assert (suite.attrib["tests"], suite.attrib["failures"]) == ("26", "26")
    assert suite[0].attrib["name"] == "dlogprobs"


def test_one_gradient_can_be_asked_for(pytester: pytest.Pytester) -> None:
    submission(pytester, pristine_stub("exercise4"), "exercise4.py")
    assert ids(pytester, "exercise4.py::dlogits") == ["exercise4.py::dlogits"]


def test_a_failure_says_where_and_why_without_a_traceback(pytester: pytest.Pytester) -> None:
    submission(pytester, STUB.replace("None", "logits * 0 + 1"))
    result = pytester.runpytest_inprocess("exercise2.py")
    result.stdout.fnmatch_lines(
        [
            "*__ dlogits __*",
            "exercise2.py:2: wrong. Furthest off at [[]*]: yours 1, expected *",
            "    loss = F.cross_entropy(logits, Yb)",
            "Shape (32, 27), expected (32, 27); maxdiff *.",
            "FAILED exercise2.py::dlogits - wrong. Furthest off*",
        ]
    )
    result.stdout.no_fnmatch_line("*NotPassed*")
    result.stdout.no_fnmatch_line("*pytest_plugin.py*")


def test_a_syntax_error_is_an_item_named_backward(pytester: pytest.Pytester) -> None:
    submission(pytester, "def backward(n, Yb, logits):\n    dlogits = = 1\n")
    result = pytester.runpytest_inprocess("exercise2.py")
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(
        [
            "*__ backward __*",
            "exercise2.py:2: errored. line 2: syntax error, invalid syntax: dlogits = = 1",
            "*__ dlogits __*",
            "exercise2.py:1: errored. line 2: syntax error*",
        ]
    )


def test_exercise4_has_an_item_for_its_training_run(pytester: pytest.Pytester) -> None:
    half = solution_source("exercise4").replace("dlogits /= n", "dlogits /= 2 * n")
    assert half != solution_source("exercise4")
    submission(pytester, half, "exercise4.py")
    result = pytester.runpytest_inprocess("exercise4.py", "-k", "training")
    result.assert_outcomes(failed=1, deselected=13)
    result.stdout.fnmatch_lines(["*The loss curve leaves autograd's at step 1 (*, autograd *).*"])


def test_a_grader_that_makes_no_report_fails_the_file_with_its_own_sentence(
    pytester: pytest.Pytester,
) -> None:
    submission(pytester, STUB)
    result = pytester.runpytest_inprocess("exercise2.py", "--handgrad-seed=-4")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["not graded (exit 2): *'--seed'*"])


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("exit 1", "(exit 1): the answer is not a report: *"),
        ("echo oh >&2; echo no >&2; exit 1", "(exit 1): no"),
        ('echo \'{"schema": "handgrad/report/v9"}\'', "(exit 0): *handgrad/report/v1"),
        ('echo \'{"schema": "handgrad/report/v1"}\'; exit 3', "(exit 3): it made no report"),
    ],
)
def test_what_is_no_report_of_this_schema_fails_the_file(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, script: str, said: str
) -> None:
    stand_in = pytester.path / "python"
    stand_in.write_text(f"#!/bin/sh\n{script}\n")
    stand_in.chmod(0o700)
    monkeypatch.setattr("grader.pytest_plugin.sys.executable", str(stand_in))
    submission(pytester, STUB)
    result = pytester.runpytest_inprocess("exercise2.py")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"not graded {said}"])


def test_module_level_code_does_not_run_in_the_pytest_process(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(WATCH)
    marker = pytester.path / "marker"
    submission(pytester, TELLTALE.format(marker=str(marker)) + STUB)
    result = pytester.runpytest_subprocess("exercise2.py", "--doctest-modules", "-s")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*LOADED END"])
    assert not marker.exists()


def test_what_lies_in_the_working_directory_is_not_imported_by_the_grader(
    pytester: pytest.Pytester,
) -> None:
    submission(pytester, STUB)
    submission(pytester, "raise SystemExit('shadowed')", "click.py")
    pytester.runpytest_inprocess("exercise2.py").assert_outcomes(failed=1)


STRANGERS = "def test_theirs():\n    assert True\n"


@pytest.mark.parametrize(
    "text",
    [STRANGERS, "def backward():\n    return 1\n\n\n" + STRANGERS],
    ids=["plain", "backward"],
)
def test_a_strangers_tests_are_collected_as_usual(pytester: pytest.Pytester, text: str) -> None:
    submission(pytester, text, "tests/exercise1.py")
    assert ids(pytester, "tests/exercise1.py") == ["tests/exercise1.py::test_theirs"]


def test_a_strangers_exercises_are_not_collected(pytester: pytest.Pytester) -> None:
    submission(pytester, STUB, "exercises/exercise2.py")
    submission(pytester, STRANGERS, "tests/test_theirs.py")
    assert ids(pytester) == ["tests/test_theirs.py::test_theirs"]
    assert ids(pytester, "exercises") == []


def test_in_a_kit_a_folder_may_be_named_and_holds_submissions_whatever_is_in_them(
    pytester: pytest.Pytester,
) -> None:
    lay_out(pytester.path / "kit")
    folder = pytester.path / "kit" / "exercises"
    for exercise in set(EXERCISES) - {"exercise1", "exercise2", "exercise3", "exercise4"}:
        (folder / f"{exercise}.py").unlink()
    for exercise in ("exercise1", "exercise3", "exercise4"):
        (folder / f"{exercise}.py").write_text("backward = None\n" + STRANGERS)
    assert ids(pytester, "kit") == []
    for exercise in ("exercise1", "exercise4"):
        (folder / f"{exercise}.py").unlink()
    assert ids(pytester, "kit/exercises") == [
        "kit/exercises/exercise2.py::dlogits",
        "kit/exercises/exercise3.py::backward",
        "kit/exercises/exercise3.py::dhprebn",
    ]
