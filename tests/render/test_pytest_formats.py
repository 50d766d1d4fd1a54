"""JUnit XML and pytest-json-report's JSON of reports that are made already."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from grader.errors import GraderFailure, UsageProblem
from grader.render import pytest_formats
from grader.render.pytest_formats import Check, checks, write_pytest_formats
from tests import command


def gradient(name: str = "logits", verdict: str = "exact", **figures: Any) -> dict[str, Any]:
    return {
        "name": name, "verdict": verdict, "exact": verdict == "exact", "approximate": True,
        "maxdiff": 0.0, "shape": [32, 27], "expected_shape": [32, 27], "line": 7,
        "diagnosis": None, "worst": None,
    } | figures  # fmt: skip


def document(*gradients: dict[str, Any], **rest: Any) -> dict[str, Any]:
    return {
        "schema": "handgrad/report/v1", "exercise": "exercise2", "submission": "/class/alice.py",
        "passed": False, "strict": False, "gradients": list(gradients), "flags": [], "error": None,
    } | rest  # fmt: skip


def written(folder: Path, *documents: dict[str, Any]) -> tuple[ElementTree.Element, Any]:
    """The test suite of the JUnit file, and the JSON report."""
    write_pytest_formats(list(documents), folder / "x.xml", folder / "x.json")
    suite = ElementTree.parse(folder / "x.xml").getroot()[0]
    return suite, json.loads((folder / "x.json").read_text())


def test_both_formats_hold_each_gradient_of_each_report(tmp_path: Path) -> None:
    worst = {"index": [3, 4], "yours": 0.5, "expected": -0.25}
    alice = document(gradient(verdict="wrong", maxdiff=0.75, worst=worst))
    bob = document(gradient(), submission="/class/bob.py")
    suite, report = written(tmp_path, alice, bob)
    assert report["summary"] == {"failed": 1, "passed": 1, "total": 2, "collected": 2}
    assert (report["root"], report["exitcode"]) == ("/class", 1)
    failed, passed = report["tests"]
    assert (failed["nodeid"], failed["lineno"]) == ("alice.py::dlogits", 6)
    assert failed["call"]["crash"] == {
        "path": "alice.py", "lineno": 7,
        "message": "wrong. Furthest off at [3, 4]: yours 0.5, expected -0.25.",
    }  # fmt: skip
    assert failed["call"]["longrepr"] == (
        "alice.py:7: wrong. Furthest off at [3, 4]: yours 0.5, expected -0.25.\n"
        "    loss = F.cross_entropy(logits, Yb)\n"
        "Shape (32, 27), expected (32, 27); maxdiff 0.75."
    )
    assert (passed["nodeid"], passed["outcome"]) == ("bob.py::dlogits", "passed")
    assert [suite.attrib[key] for key in ("tests", "failures", "errors")] == ["2", "1", "0"]
    assert [case.attrib["classname"] for case in suite] == ["alice", "bob"]
    (failure,) = suite[0]
    assert failure.attrib["message"] == failed["call"]["crash"]["message"]
    assert failure.text == failed["call"]["longrepr"]


def test_node_ids_are_those_of_a_pytest_called_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    _, report = written(tmp_path, document(gradient(), submission="solutions/exercise2.py"))
    assert report["tests"][0]["nodeid"] == "solutions/exercise2.py::dlogits"
    assert report["root"] == str(tmp_path)


def test_submissions_of_the_same_name_in_different_folders_stay_apart(tmp_path: Path) -> None:
    folders = [document(gradient(), submission=f"/class/{who}/exercise2.py") for who in "ab"]
    _, report = written(tmp_path, *folders)
    ids = [test["nodeid"] for test in report["tests"]]
    assert ids == ["a/exercise2.py::dlogits", "b/exercise2.py::dlogits"]


def test_a_file_name_and_a_message_with_control_characters_make_valid_files(
    tmp_path: Path,
) -> None:
    said = {"mistake": "m", "message": "<&\x1b[31m\udcff\x00", "evidence": {}}
    odd = document(gradient(verdict="wrong", diagnosis=said), submission="/class/a\x01\udcff.py")
    suite, report = written(tmp_path, odd)
    assert suite[0].attrib["classname"] == "a%01%DCFF"
    assert suite[0][0].attrib["message"] == r"wrong. <&\x1b[31m\udcff\x00"
    assert report["tests"][0]["nodeid"] == "a%01%DCFF.py::dlogits"


def test_one_format_alone_and_nothing_on_stdout(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    write_pytest_formats([document(gradient())], None, tmp_path / "x.json")
    assert [path.name for path in tmp_path.iterdir()] == ["x.json"]
    assert capfd.readouterr() == ("", "")


def test_a_file_that_cannot_be_written_is_a_usage_problem(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match=r"none/x\.xml: cannot be written \(No such file"):
        write_pytest_formats([document(gradient())], tmp_path / "none" / "x.xml", None)


def test_a_pytest_that_fails_is_the_graders_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pytest_formats, "PLUGINS", ("no_such_plugin",))
    with pytest.raises(GraderFailure, match=r"pytest wrote no report \(exit .*no_such_plugin"):
        write_pytest_formats([document(gradient())], tmp_path / "x.xml", None)


EVIL = "from pathlib import Path\nPath({marker!r}).write_text(__name__)\nraise SystemExit(9)\n"


def test_nothing_beside_the_submission_is_run(tmp_path: Path) -> None:
    folder, marker = tmp_path / "class", tmp_path / "marker"
    folder.mkdir()
    for name in ("conftest", "evil", "__init__", "json", "pytest_jsonreport", "sitecustomize"):
        (folder / f"{name}.py").write_text(EVIL.format(marker=str(marker)))
    (folder / "pytest.ini").write_text("[pytest]\naddopts = -p evil\npythonpath = .\n")
    (folder / "exercise2.py").write_text("def backward(n, Yb, logits):\n    return locals()\n")
    words = ("--submission", "exercise2.py", "--junit", "x.xml", "--json-report", "x.json")
    evil = {"PYTEST_ADDOPTS": "-p evil", "PYTEST_PLUGINS": "evil"}
    ended = command.run("exercise2", *words, cwd=folder, environment=evil)
    assert ended.returncode == 1, ended.stderr
    assert "test session starts" not in ended.stdout
    assert not marker.exists(), marker.read_text()
    (test,) = json.loads((folder / "x.json").read_text())["tests"]
    assert (test["nodeid"], test["outcome"]) == ("exercise2.py::dlogits", "failed")
    assert ElementTree.parse(folder / "x.xml").getroot()[0].attrib["failures"] == "1"


def test_an_error_is_an_item_of_its_own_at_its_line() -> None:
    said = "/class/alice.py, line 24: RuntimeError: no\nsuch thing"
    lost = gradient(verdict="errored", shape=None, maxdiff=None, line=25)
    backward, logits = checks(document(lost, error=said))
    assert backward == Check("backward", 24, "errored. line 24: RuntimeError: no such thing")
    assert logits.summary == "errored. line 24: RuntimeError: no such thing"
    assert logits.details.endswith("\nExpected shape (32, 27).")


@pytest.mark.parametrize("verdict", ["inherited", "wrong", "missing", "timeout", "forbidden"])
def test_only_exact_and_approximate_pass(verdict: str) -> None:
    (check,) = checks(document(gradient(verdict=verdict)))
    assert check.summary is not None
    assert check.summary.startswith(verdict)


def test_under_strict_an_approximate_gradient_fails() -> None:
    near = gradient(verdict="approximate")
    assert [check.summary for check in checks(document(near))] == [None]
    (check,) = checks(document(near, strict=True))
    assert check.summary == "approximate. --strict passes exact gradients only."


@pytest.mark.parametrize(
    ("run", "summary"),
    [
        ({"matches": True, "apart_at": None}, None),
        (
            {"matches": False, "apart_at": 1},
            "The loss curve leaves autograd's at step 1 (3.500000, autograd 3.250000).",
        ),
        ({"matches": False, "apart_at": 2}, "Stopped after 2 of 12 steps; a gradient is missing."),
    ],
)
def test_a_training_run_is_an_item(run: dict[str, Any], summary: str | None) -> None:
    figures = {"steps": 12, "losses": [4.0, 3.5], "autograd_losses": [4.0, 3.25, 3.0]}
    (check,) = checks(document(exercise="exercise4", training=figures | run))
    assert (check.name, check.summary) == ("training", summary)
