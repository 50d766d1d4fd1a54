"""The database of a class: what it keeps, and whose it is."""

import random
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from grader.classroom.entries import Entry
from grader.classroom.find import Found, Student
from grader.classroom.store import Attempt, open_store
from grader.errors import GRADER_FAILED, NoRoom, UsageProblem


def attempt(student: str, digest: str, exercise: str = "exercise1", at: float = 0.0) -> Attempt:
    entry = Entry((student, f"{digest}.py"), 1, at, Path("x"))
    return Attempt(Found(Student(student, "7"), exercise, entry), digest)


def report(score: float) -> dict[str, Any]:
    return {"passed": score > 1, "score": score, "gradients": []}


def test_results_are_those_of_what_was_found_last_in_its_order(tmp_path: Path) -> None:
    with open_store(tmp_path / "class.db") as store:
        one, two, gone = attempt("b", "1"), attempt("a", "2"), attempt("c", "3")
        store.note_attempts([one, two, gone])
        for at, graded in enumerate((one, two, gone)):
            store.keep(graded, "settings", report(at), 0.5)
        store.keep(one, "other settings", report(9), 0.5)
    with open_store(tmp_path / "class.db") as store:
        assert store.known("settings") == {one.key, two.key, gone.key}
        assert store.known("other settings") == {one.key}
        store.note_attempts([two, one])
        found = [(one.student.name, one.report["score"]) for one in store.graded("settings")]
        assert found == [("a", 1), ("b", 0)]
        assert store.forget("7", "settings") == 3
        assert store.known("settings") == set()


def test_a_fact_is_kept_as_it_was_first(tmp_path: Path) -> None:
    with open_store(tmp_path / "class.db") as store:
        assert store.fact("seed", "1") == "1"
    with open_store(tmp_path / "class.db") as store:
        assert store.fact("seed", "2") == "1"


@pytest.mark.parametrize("what", ["a database of something else", "another version", "not a data"])
def test_another_file_is_refused(what: str, tmp_path: Path) -> None:
    path = tmp_path / "class.db"
    if what.startswith("not"):
        path.write_text("no database at all, but long enough to be looked at as one" * 20)
    else:
        with sqlite3.connect(path) as connection:
            connection.execute("CREATE TABLE t (x)")
            connection.execute(f"PRAGMA user_version = {9 if 'version' in what else 0}")
    with pytest.raises(UsageProblem, match=what), open_store(path):
        raise AssertionError("it was opened")


KILLED = """
import os, signal, sys
sys.path.insert(0, sys.argv[2])
from tests.classroom.test_store import attempt, report
from grader.classroom.store import open_store
from pathlib import Path
with open_store(Path(sys.argv[1])) as store:
    for at in range(50):
        store.keep(attempt("a", str(at)), "s", report(at), 0.1)
    store.connection.execute("BEGIN")
    store.keep(attempt("a", "not yet"), "s", report(1), 0.1)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_was_kept_when_the_process_was_killed_is_there(tmp_path: Path) -> None:
    path, root = tmp_path / "class.db", str(Path(__file__).parent.parent.parent)
    ended = subprocess.run([sys.executable, "-c", KILLED, str(path), root], check=False)
    assert ended.returncode == -9
    with open_store(path) as store:
        assert len(store.known("s")) == 50
        assert store.connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_full_disk_is_said_and_costs_nothing_that_was_kept(tmp_path: Path) -> None:
    path, kept = tmp_path / "class.db", 0
    with pytest.raises(NoRoom) as raised, open_store(path) as store:
        store.connection.execute("PRAGMA max_page_count = 12")  # SQLite's own words for it
        for at in range(1000):
            store.keep(attempt("a", str(at)), "s", report(at), 0.1)
            kept = at + 1
    assert raised.value.exit_code == GRADER_FAILED
    assert str(raised.value).endswith(
        "class.db: database or disk is full. Make room there, and call again: what was graded is "
        "kept."
    )
    with open_store(path) as store:
        assert 0 < kept < 1000
        assert store.known("s") == {attempt("a", str(at)).key for at in range(kept)}
        assert store.connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        store.keep(attempt("a", "more"), "s", report(1), 0.1)


def test_a_database_that_another_run_writes_to_is_said(tmp_path: Path) -> None:
    path = tmp_path / "class.db"
    with open_store(path) as other:
        other.connection.execute("BEGIN IMMEDIATE")
        with pytest.raises(UsageProblem, match="Another run writes to it"), open_store(path) as one:
            one.connection.execute("PRAGMA busy_timeout = 0")
            one.keep(attempt("a", "1"), "s", report(1), 0.1)


def test_what_a_power_cut_leaves_of_the_log_is_sound(tmp_path: Path) -> None:
    """What was not on the disk by then is missing; nothing is there by halves."""
    path, kept = tmp_path / "class.db", [attempt("a", str(at)) for at in range(40)]
    with open_store(path) as store:
        for at, one in enumerate(kept):
            store.keep(one, "s", report(at), 0.1)
        database, log = path.read_bytes(), Path(f"{path}-wal").read_bytes()
    draw, counts = random.Random(5), set[int]()
    for number in range(30):
        left = bytearray(log[: draw.randrange(len(log) + 1)] if number else log)
        if number % 2 and len(left) > 512:  # a sector that was not written
            start = draw.randrange(len(left) // 512) * 512
            left[start : start + 512] = bytes(512)
        cut = tmp_path / f"{number}.db"
        cut.write_bytes(database)
        Path(f"{cut}-wal").write_bytes(left)
        with open_store(cut) as store:
            assert store.connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            known = store.known("s")
            assert known == {one.key for one in kept[: len(known)]}
            store.note_attempts(kept)
            assert [one.report for one in store.graded("s")] == [
                report(at) for at in range(len(known))
            ]
        counts.add(len(known))
    assert len(kept) in counts and len(counts) > 10
