"""Which exercises a file answers that is not named for one: read once, and by another process."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from grader.classroom import contents as reading
from grader.classroom.contents import Contents
from grader.classroom.entries import Entry, Refused, entries
from grader.classroom.find import find
from grader.cli import main
from grader.process.grading_process import GradingProcess
from tests.worked import worked

IN_LECTURES_STYLE = """\
dlogits = F.softmax(logits, 1)
dlogits[range(n), Yb] -= 1
dlogits /= n
"""
FILES = {
    "ann/mine.py": worked("exercise3"),
    "bob/mine.py": IN_LECTURES_STYLE,
    "eve/mine.py": "print('nothing')\n",
    "eve/broken.py": "def backward(:\n",
}
ANSWERS = {"ann/mine.py": ["exercise3"], "bob/mine.py": ["exercise2"]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, source in FILES.items():
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).write_text(source)
    return tmp_path / "in"


def answers(contents: Contents, folder: Path) -> dict[str, Sequence[str]]:
    return {entry.name: found for entry in entries(folder) if (found := contents(entry))}  # type: ignore[arg-type, union-attr]


def nobody_reads(*_: Any) -> None:
    raise AssertionError("it is known already")


def test_a_file_is_read_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Contents({}) as contents:
        assert answers(contents, folder) == ANSWERS
    monkeypatch.setattr(reading, "GradingProcess", nobody_reads)
    assert answers(Contents(contents.known), folder) == ANSWERS
    (folder / "bob" / "mine.py").write_text("# another\n" + IN_LECTURES_STYLE)
    with pytest.raises(AssertionError, match="known already"):
        answers(Contents(contents.known), folder)


def test_a_file_that_ends_its_reader_is_named_and_the_next_is_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends = [
        partial(GradingProcess, "grader.version"),
        lambda: GradingProcess("grader.classroom.reader"),
    ]
    monkeypatch.setattr(reading, "GradingProcess", lambda module: ends.pop(0)())
    with Contents({}) as contents:
        finding = find(folder, ["exercise2", "exercise3"], contents)
        assert find(folder, ["exercise2", "exercise3"], contents) == finding  # it is not tried anew
    assert [one.entry.name for one in finding.found] == ["bob/mine.py"]
    assert finding.not_placed[0].file == "ann/mine.py"
    assert finding.not_placed[0].why.startswith("its exercise could not be found out (")
    assert finding.not_placed[0].why.endswith("); name it after the exercise")
    assert ends == []


def test_what_was_not_read_in_time_is_read_by_the_next_run(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *_ = (entry for entry in entries(folder) if isinstance(entry, Entry))
    monkeypatch.setattr(reading, "PATIENCE", 0.0)
    with Contents({}) as contents, pytest.raises(Refused, match="no answer within 0 s"):
        contents(first)
    monkeypatch.undo()
    with Contents(contents.known) as later:
        assert later(first) == ["exercise3"]


def test_where_one_exercise_is_graded_no_file_is_read(folder: Path) -> None:
    finding = find(folder, ["exercise2"], nobody_reads)  # type: ignore[arg-type]
    assert len(finding.found) == len(FILES)


def test_a_run_keeps_what_it_has_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ["class", str(folder), "--exercise", "exercise2", "--exercise", "exercise3"]
    words += ["--out", str(folder.parent / "out"), "--jobs", "1", "--no-pages"]
    first = CliRunner().invoke(main, words)
    assert "2 files of 2 students (exercise2: 1, exercise3: 1)." in first.output
    assert "2 graded now." in first.output
    monkeypatch.setattr(reading, "GradingProcess", nobody_reads)
    again = CliRunner().invoke(main, words)
    assert again.exit_code == 0
    assert "0 graded now." in again.output
