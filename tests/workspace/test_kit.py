"""The kit on disk: found, laid out, reset without loss, progress kept."""

import json
import os
from pathlib import Path

import pytest

from grader.course import EXERCISES
from grader.course.exercise import load_exercise
from grader.errors import UsageProblem, shown
from grader.workspace import kit
from grader.workspace.kit import Kit, find_kit, lay_out

PASSED = {"passed": True, "score": 1.0, "max_score": 1.0}
NOTHING = {"passed": False, "score": 0.0, "max_score": 26.0}


@pytest.fixture
def folder(tmp_path: Path) -> Kit:
    lay_out(tmp_path)
    return Kit(tmp_path)


def test_a_kit_laid_out_has_stubs_answers_and_names(folder: Kit) -> None:
    for name in EXERCISES:
        assert folder.stub(name).read_text() == kit.pristine_stub(name)
        answer = folder.root / "solutions" / f"{name}.py"
        assert answer.read_text() == kit.solution_source(name)
    assert (folder.root / "data" / "names.txt").read_bytes() == kit.NAMES.read_bytes()
    assert (folder.root / "data" / "README.md").exists()


@pytest.mark.parametrize("part", ["exercises", "solutions", "data"])
def test_nothing_is_written_over_what_is_there(part: str, tmp_path: Path) -> None:
    (tmp_path / part).mkdir()
    (tmp_path / part / "mine.py").write_text("mine")
    with pytest.raises(UsageProblem, match=f"{part} already exists"):
        lay_out(tmp_path)
    assert [path.name for path in tmp_path.rglob("*")] == [part, "mine.py"]


def test_reset_writes_a_missing_stub(folder: Kit) -> None:
    folder.stub("exercise2").unlink()
    assert folder.reset("exercise2") is None
    assert folder.stub("exercise2").read_text() == kit.pristine_stub("exercise2")


def test_reset_keeps_every_old_file(folder: Kit) -> None:
    stub, kept = folder.stub("exercise1"), []
    for text in ("first", "second", "third"):
        stub.write_text(text)
        os.utime(stub, (1e9, 1e9))  # saved in the same second, all three
        kept.append(folder.reset("exercise1"))
    assert [path and path.name for path in kept] == [
        "exercise1.20010909-014640.py",
        "exercise1.20010909-014640-2.py",
        "exercise1.20010909-014640-3.py",
    ]
    assert [path and path.read_text() for path in kept] == ["first", "second", "third"]
    assert stub.read_text() == kit.pristine_stub("exercise1")


def test_a_missing_stub_is_a_usage_problem_that_names_the_remedy(folder: Kit) -> None:
    folder.stub("exercise3").unlink()
    with pytest.raises(UsageProblem, match=r"no such file\. `grade reset exercise3`"):
        folder.submission(load_exercise("exercise3"))


def test_the_submission_is_the_stub_as_one_would_type_it(
    folder: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.root)
    path = folder.submission(load_exercise("exercise1"))
    assert str(path) == "exercises/exercise1.py"


def test_reset_of_an_untouched_stub_keeps_nothing(folder: Kit) -> None:
    before = sorted(folder.root.rglob("*"))
    assert folder.reset("exercise1") is None
    assert sorted(folder.root.rglob("*")) == before


def test_what_reset_keeps_is_ignored_by_git_and_a_stub_is_not(folder: Kit) -> None:
    stub = folder.stub("exercise1")
    stub.write_text("my work")
    kept = folder.reset("exercise1")
    ignored = (kit.ORIGIN / ".gitignore").read_text().split()
    assert kept is not None
    for path, expected in ((kept, True), (stub, False)):
        relative = path.relative_to(folder.root)
        assert any(relative.match(pattern) for pattern in ignored) is expected


def test_an_untouched_stub_has_no_progress_however_often_it_is_graded(folder: Kit) -> None:
    folder.note_progress("exercise1", NOTHING)
    assert folder.progress() == {}
    folder.stub("exercise1").write_text("my work")
    folder.note_progress("exercise1", NOTHING)
    assert folder.progress() == {"exercise1": NOTHING}
    folder.stub("exercise1").write_text(kit.pristine_stub("exercise1"))
    folder.note_progress("exercise1", NOTHING)
    assert folder.progress() == {}


def test_progress_is_kept_by_exercise(folder: Kit) -> None:
    for name in ("exercise1", "exercise2"):
        folder.stub(name).write_text("my work")
    half = {"passed": False, "score": 13.0, "max_score": 26.0}
    folder.note_progress("exercise1", half | {"gradients": []})
    folder.note_progress("exercise2", PASSED)
    folder.note_progress("exercise1", half | {"score": 14.0})
    assert folder.progress() == {"exercise1": half | {"score": 14.0}, "exercise2": PASSED}
    kept = sorted(path.name for path in (folder.root / ".handgrad").iterdir())
    assert kept == ["lock", "progress.json"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"3",
        b"\xff\xfe",
        b'{"exercise1": 3}',
        b'{"exercise1": {"passed": true}}',
        b'{"exercise1": {"passed": false, "score": "many", "max_score": 26}}',
        b'{"exercise1": {"passed": false, "score": null, "max_score": 26}}',
    ],
)
def test_progress_that_cannot_be_read_is_none(content: bytes, folder: Kit) -> None:
    path = folder.root / ".handgrad" / "progress.json"
    path.parent.mkdir()
    path.write_bytes(content)
    assert folder.progress() == {}
    folder.stub("exercise2").write_text("my work")
    folder.note_progress("exercise2", PASSED)
    assert json.loads(path.read_text()) == {"exercise2": PASSED}


def test_the_kit_is_the_one_around_the_working_directory(
    folder: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = folder.root / "notes" / "today"
    deep.mkdir(parents=True)
    monkeypatch.chdir(deep)
    assert find_kit() == folder


def test_outside_a_kit_there_is_none_not_even_the_graders_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageProblem, match="There is no exercises/ in this folder or above it"):
        find_kit()


def test_one_above_is_not_looked_for_where_that_would_be_somebody_elses(
    folder: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.root)
    assert find_kit(above=False) == folder
    clone = folder.root / "clone"
    clone.mkdir()
    monkeypatch.chdir(clone)
    with pytest.raises(UsageProblem, match="There is no exercises/ in this folder\\. `grade init"):
        find_kit(above=False)


def test_the_kit_inside_an_installed_package_is_nobodys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = tmp_path / "site-packages" / "grader"
    lay_out(installed / "_kit")
    monkeypatch.setattr(kit, "_PACKAGE", installed)
    monkeypatch.setattr(kit, "ORIGIN", installed / "_kit")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageProblem, match="`grade init DIR` sets up the kit"):
        find_kit()


def test_paths_are_shown_as_one_would_type_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert shown(tmp_path / "exercises" / "exercise1.py") == "exercises/exercise1.py"
    assert shown(Path("/etc/hosts")) == "/etc/hosts"
