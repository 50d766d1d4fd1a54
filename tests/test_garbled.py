"""A fault of the grader's over one submission is that submission's own; the next is graded."""

import json
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner

import grader.fault_log as fault_log
import grader.grading as grading
from grader.cli import main
from tests.grading import grading as grader_for
from tests.worked import SOLUTIONS

ANSWER = SOLUTIONS / "exercise2.py"
pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "handgrad"


def fail(*_: object, **__: object) -> None:
    raise LookupError("of the test")


@pytest.mark.parametrize("where", ["observe", "facts_of", "verdicts", "setup_for", "flags_of"])
def test_it_is_garbled_with_a_reference_and_the_next_is_graded(
    where: str, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with grader_for() as grade_file:
        with monkeypatch.context() as patch:
            patch.setattr(grading, where, fail)
            report = grade_file("exercise2", ANSWER)
        assert not report.passed
        assert (report.ended, report.as_json()["ended"]) == ("garbled", "garbled")
        assert [gradient.verdict for gradient in report.gradients] == ["errored"]
        assert report.score == 0
        (log,) = state.iterdir()
        assert f"LookupError, reference {log.stem}, see {log}" in (report.error or "")
        assert "of the test" in log.read_text()
        assert "exercise2.py" in log.read_text()
        assert stat.S_IMODE(log.stat().st_mode) == 0o600
        assert grade_file("exercise2", ANSWER).passed


@pytest.mark.parametrize("where", ["grader.grading.facts_of", "grader.cli.submissions.wanted_of"])
def test_the_command_ends_with_1(where: str, state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(where, fail)
    done = CliRunner().invoke(main, ["exercise2", "--submission", str(ANSWER), "--json"])
    assert done.exit_code == 1, done.output
    assert "Traceback" not in done.output
    report = json.loads(done.stdout)
    assert (report["ended"], report["passed"], report["score"]) == ("garbled", False, 0)
    assert ": garbled: " in report["error"]
    assert next(state.iterdir()).stem in report["error"]


def test_no_link_is_followed_to_the_log(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fault_log.secrets, "token_hex", lambda _: "12345678")
    state.mkdir(parents=True)
    other = state.parent / "other"
    other.write_text("theirs")
    (state / "12345678.txt").symlink_to(other)
    said = fault_log.log_fault(ValueError("x"), "about")
    assert said == "ValueError, reference 12345678; no file could be written for it"
    assert other.read_text() == "theirs"
