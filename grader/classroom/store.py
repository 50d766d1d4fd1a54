"""The results of a class, in one SQLite file: what is in it was graded, and is not graded again.

Every result is a transaction of its own, on disk before the next is asked for: a run that ends in
the middle, in whatever way, has lost the gradings under way and nothing else.
"""

import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.classroom.find import Found, Student
from grader.errors import NoRoom, Problem, UsageProblem, shown

VERSION = 2  # of the tables below
TABLES = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE results (
    student TEXT NOT NULL,
    student_id TEXT NOT NULL,
    exercise TEXT NOT NULL,
    digest TEXT NOT NULL,    -- SHA-256 of the file
    settings TEXT NOT NULL,  -- of what verdicts depend on besides: version, seed, policy
    report BLOB NOT NULL,    -- handgrad/report/v1, zlib
    seconds REAL NOT NULL,   -- by the clock, of one grading
    PRIMARY KEY (student, student_id, exercise, digest, settings)
) WITHOUT ROWID;
CREATE TABLE attempts (      -- what was found last, in this order
    number INTEGER PRIMARY KEY,
    student TEXT NOT NULL,
    student_id TEXT NOT NULL,
    exercise TEXT NOT NULL,
    file TEXT NOT NULL,
    changed REAL NOT NULL,
    digest TEXT NOT NULL
);
CREATE TABLE contents (      -- which exercises a file answers that is not named for one
    key TEXT PRIMARY KEY,    -- contents.key_of
    exercises TEXT NOT NULL  -- as a line of words
) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One file of a student's for one exercise, by its contents."""

    found: Found
    digest: str

    @property
    def key(self) -> tuple[str, str, str, str]:
        student = self.found.student
        return student.name, student.id, self.found.exercise, self.digest


@dataclass(frozen=True)
class Graded:
    student: Student
    exercise: str
    file: str
    digest: str
    report: dict[str, Any]  # handgrad/report/v1
    seconds: float


@contextmanager
def open_store(path: Path) -> Iterator["Store"]:
    """Raises UsageProblem for a file that is not a class's, or of another version; NoRoom where
    the disk is full or fails."""
    try:
        connection = sqlite3.connect(path, isolation_level=None)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            _prepare(connection, path)
            yield Store(connection)
        finally:
            connection.close()
    except sqlite3.DatabaseError as error:
        raise _problem(path, error) from None


def _problem(path: Path, error: sqlite3.DatabaseError) -> Problem:
    said, name = f"{shown(path)}: {error}.", getattr(error, "sqlite_errorname", "")
    if name.startswith(("SQLITE_FULL", "SQLITE_IOERR")):
        return NoRoom(said)
    if name.startswith("SQLITE_BUSY"):
        return UsageProblem(f"{said} Another run writes to it: call again when that has ended.")
    return UsageProblem(said)


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version == 0:
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        if tables:
            raise UsageProblem(f"{shown(path)}: it is a database of something else.")
        connection.executescript(f"BEGIN; {TABLES} PRAGMA user_version = {VERSION}; COMMIT;")
    elif version != VERSION:
        raise UsageProblem(
            f"{shown(path)}: written by another version of handgrad (tables of version {version}, "
            f"not {VERSION}); name another file with --db."
        )


@dataclass(frozen=True)
class Store:
    connection: sqlite3.Connection

    def fact(self, name: str, otherwise: str) -> str:
        """What is kept under this name from now on."""
        self.connection.execute("INSERT OR IGNORE INTO facts VALUES (?, ?)", (name, otherwise))
        asked = "SELECT value FROM facts WHERE name = ?"
        return str(self.connection.execute(asked, (name,)).fetchone()[0])

    def note_attempts(self, attempts: Iterable[Attempt]) -> None:
        """In place of what was found before."""
        rows = [
            (number, one.found.student.name, one.found.student.id, one.found.exercise,
             one.found.entry.name, one.found.entry.changed, one.digest)
            for number, one in enumerate(attempts)
        ]  # fmt: skip
        self.connection.execute("BEGIN IMMEDIATE")
        self.connection.execute("DELETE FROM attempts")
        self.connection.executemany("INSERT INTO attempts VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        self.connection.execute("COMMIT")

    def contents(self) -> dict[str, list[str]]:
        found = self.connection.execute("SELECT key, exercises FROM contents")
        return {key: exercises.split() for key, exercises in found}

    def note_contents(self, known: Mapping[str, Sequence[str]]) -> None:
        rows = [(key, " ".join(exercises)) for key, exercises in known.items()]
        self.connection.execute("BEGIN IMMEDIATE")
        self.connection.executemany("INSERT OR IGNORE INTO contents VALUES (?, ?)", rows)
        self.connection.execute("COMMIT")

    def known(self, settings: str) -> set[tuple[str, str, str, str]]:
        """The keys of the attempts that have a result under these settings."""
        asked = "SELECT student, student_id, exercise, digest FROM results WHERE settings = ?"
        return set(self.connection.execute(asked, (settings,)))

    def keep(self, one: Attempt, settings: str, report: dict[str, Any], seconds: float) -> None:
        packed = zlib.compress(json.dumps(report).encode(), 6)
        row = (*one.key, settings, packed, seconds)
        self.connection.execute("INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?, ?, ?, ?)", row)

    def forget(self, student: str, settings: str) -> int:
        """The results of a student, by name or number; how many there were."""
        where = "DELETE FROM results WHERE settings = ? AND (student = ? OR student_id = ?)"
        return self.connection.execute(where, (settings, student, student)).rowcount

    def graded(self, settings: str) -> Iterator[Graded]:
        """The results of what was found last, in its order, one at a time."""
        asked = """
            SELECT a.student, a.student_id, a.exercise, a.file, a.digest, r.report, r.seconds
            FROM attempts a JOIN results r
            USING (student, student_id, exercise, digest)
            WHERE r.settings = ? ORDER BY a.number
        """
        for name, number, exercise, file, digest, packed, seconds in self.connection.execute(
            asked, (settings,)
        ):
            report = json.loads(zlib.decompress(packed))
            yield Graded(Student(name, number), exercise, file, digest, report, seconds)
