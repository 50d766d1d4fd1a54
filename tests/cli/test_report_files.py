"""Where a report cannot be written is found out before anything is graded."""

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.cli import grading, main

OPTIONS = ("--json", "--junit", "--json-report")


@pytest.fixture(autouse=True)
def nothing_is_graded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def graded(*_: object) -> None:
        raise AssertionError("it was graded")

    monkeypatch.setattr(grading, "open_grader", graded)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "answer.py").write_text("def backward(n):\n    return locals()\n")


def refused(option: str, file: str) -> str:
    done = CliRunner().invoke(main, ["exercise2", "--submission", "answer.py", option, file])
    assert done.exit_code == 2, done.output
    return done.stderr


@pytest.mark.parametrize("option", OPTIONS)
def test_no_such_folder(option: str) -> None:
    said = refused(option, "no/report")
    assert said == "Error: no/report: cannot be written (No such file or directory).\n"


@pytest.mark.parametrize("option", OPTIONS)
def test_a_folder(option: str, tmp_path: Path) -> None:
    (tmp_path / "report").mkdir()
    assert refused(option, "report") == "Error: report: cannot be written (Is a directory).\n"


@pytest.mark.parametrize("option", OPTIONS)
@pytest.mark.parametrize("there", [True, False])
def test_no_permission(
    option: str, there: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if there:
        (tmp_path / "report").write_text("an older one")
    asked: list[str] = []

    def denied(path: Path, mode: int) -> bool:  # as it is; root may write anywhere
        asked.append(f"{path}, {mode == os.W_OK}")
        return False

    monkeypatch.setattr(os, "access", denied)
    assert refused(option, "report") == "Error: report: cannot be written (Permission denied).\n"
    assert asked == ["report, True" if there else "., True"]
