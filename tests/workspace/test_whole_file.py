"""What several processes write at once is all kept, and no symbolic link is followed."""

import json
import os
from collections.abc import Callable
from functools import partial
from operator import or_
from pathlib import Path

import pytest

from grader.workspace import whole_file
from grader.workspace.hint_state import last_grading, note_rung
from grader.workspace.kit import Kit
from grader.workspace.whole_file import read_entries, update_entries, write_whole

WRITERS, TIMES = 6, 25


def at_once(write: Callable[[int], None]) -> None:
    """In several processes, which start together."""
    waits, go = os.pipe()
    pids = []
    for number in range(WRITERS):
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                os.close(go)
                os.read(waits, 1)
                write(number)
                status = 0
            finally:
                os._exit(status)
        pids.append(pid)
    os.close(go)
    os.close(waits)
    assert [os.waitpid(pid, 0)[1] for pid in pids] == [0] * WRITERS


def test_nothing_that_processes_write_at_once_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "kept.json"

    def write(number: int) -> None:
        for time in range(TIMES):
            entry = {f"{number}-{time}": "x" * 500}
            update_entries(path, partial(or_, entry))

    at_once(write)
    assert len(read_entries(path)) == WRITERS * TIMES
    assert sorted(file.name for file in tmp_path.iterdir()) == ["kept.json", "lock"]


def test_hints_and_progress_of_processes_at_once_are_all_kept(folder: Kit) -> None:
    def write(number: int) -> None:
        folder.stub(f"exercise{number + 1}").write_text("my work")
        for rung in range(TIMES):
            note_rung(folder, "exercise1", f"g{number}", rung)
            folder.note_progress(
                f"exercise{number + 1}", {"passed": False, "score": rung, "max_score": 26}
            )

    at_once(write)
    expected = {f"g{number}": TIMES - 1 for number in range(WRITERS)}
    assert last_grading(folder, "exercise1").rungs == expected
    reached = {name: entry["score"] for name, entry in folder.progress().items()}
    assert reached == {f"exercise{number + 1}": TIMES - 1 for number in range(WRITERS)}


def test_a_reader_never_sees_half_a_file(tmp_path: Path) -> None:
    path = tmp_path / "kept.json"
    write_whole(path, "[]")

    def write(number: int) -> None:
        for _ in range(TIMES):
            if number == 0:
                write_whole(path, json.dumps(["x" * 100_000]))
            else:
                json.loads(path.read_text())

    at_once(write)


@pytest.mark.parametrize("link", ["kept.json", "lock"])
def test_no_symbolic_link_is_followed(link: str, tmp_path: Path) -> None:
    mine = tmp_path / "mine.txt"
    mine.write_text('{"secret": 1}')
    state = tmp_path / "state"
    state.mkdir()
    (state / link).symlink_to(mine)
    path = state / "kept.json"
    if link == "lock":
        with pytest.raises(OSError, match="symbolic links"):
            update_entries(path, lambda kept: {"new": 2})
    else:
        assert read_entries(path) == {}
        update_entries(path, lambda kept: kept | {"new": 2})
        assert read_entries(path) == {"new": 2}
        assert not path.is_symlink()
    assert mine.read_text() == '{"secret": 1}'


def test_a_lock_that_is_never_let_go_of_is_not_waited_for_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole_file, "PATIENCE", 0.1)

    def keep(kept: dict[str, object]) -> dict[str, object]:
        with pytest.raises(OSError, match="another process does not let go"):
            update_entries(tmp_path / "kept.json", lambda kept: kept)
        return {"mine": 1}

    update_entries(tmp_path / "kept.json", keep)
    assert read_entries(tmp_path / "kept.json") == {"mine": 1}


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "kept.json"
    write_whole(path, "old")
    with pytest.raises(TypeError):
        write_whole(path, None)  # type: ignore[arg-type]
    assert path.read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["kept.json"]


@pytest.mark.parametrize("kept", ["kept.json", "lock"])
def test_a_pipe_in_a_files_place_is_not_waited_for(kept: str, tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir()
    os.mkfifo(state / kept)
    path = state / "kept.json"
    assert read_entries(path) == {}
    update_entries(path, lambda kept: {"new": 1})
    assert read_entries(path) == {"new": 1}


def test_a_link_in_the_folders_place_is_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "kept.json").write_text('{"theirs": 1}')
    (tmp_path / "state").symlink_to(elsewhere)
    path = tmp_path / "state" / "kept.json"
    assert read_entries(path) == {}
    for write in (lambda: update_entries(path, lambda kept: {"new": 1}),
                  lambda: write_whole(path, "new")):  # fmt: skip
        with pytest.raises(OSError, match="Not a directory"):
            write()
    assert [(file.name, file.read_text()) for file in elsewhere.iterdir()] == [
        ("kept.json", '{"theirs": 1}')
    ]
