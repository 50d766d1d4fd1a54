"""What a run of `grade class` writes: tables, pages, and what other systems read."""

import errno
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import click

from grader.errors import NoRoom, UsageProblem, did_you_mean, one_line, shown

if TYPE_CHECKING:
    from grader.classroom.anonymous import Numbers
    from grader.classroom.find import Finding, NotGraded
    from grader.classroom.formats import Wanted
    from grader.classroom.formats.tables import Filled, Table
    from grader.classroom.gradebook import Gradebook
    from grader.classroom.policy import Policy
    from grader.classroom.store import Graded, Store

WHO_IS_WHO = "who-is-who.csv"
NAMED = 10  # students, in a line on the terminal


@dataclass
class Output:
    OPTIONS: ClassVar = ("out", "pages", "anonymous", "formats", "fill")
    out: Path
    pages: bool
    anonymous: bool
    formats: tuple[str, ...]  # "gradescope=results.json"
    fill: tuple[Path, ...]
    _wanted: "list[Wanted]" = field(init=False)
    _tables: "list[Table]" = field(init=False)
    _numbers: "Numbers | None" = field(default=None, init=False)

    def __post_init__(self) -> None:
        """What cannot be written is said before anything is graded."""
        self._wanted = [wanted(said) for said in self.formats]
        self._tables = []
        if self.fill and self.anonymous:
            raise UsageProblem("--fill goes by names and numbers, which --anonymous leaves out.")
        for path in self.fill:
            from grader.classroom.formats.tables import read_table

            self._tables.append(read_table(path))
            if (self.out / path.name).resolve() == path.resolve():
                raise UsageProblem(f"{shown(path)} would be written over; move it out of --out.")

    def not_handed_in(self) -> list[Path]:
        """What is written, and was by an earlier run: it may lie in the folder of submissions, or
        --out may be that folder."""
        names = ("gradebook.csv", "results.csv", WHO_IS_WHO, "index.html", "students")
        in_out = [self.out / name for name in (*names, *(path.name for path in self.fill))]
        return [self.out, *in_out, *self.fill, *(one.path for one in self._wanted)]

    def make_folder(self) -> None:
        with written(self.out):
            self.out.mkdir(parents=True, exist_ok=True)

    def in_order(self, finding: "Finding", store: "Store") -> "Finding":
        """As it is, or by number where names are left out: an order of names says who it is."""
        if not self.anonymous:
            return finding
        import secrets

        from grader.classroom.anonymous import Numbers

        salt = store.fact("numbers", secrets.token_hex(16))
        self._numbers = Numbers.drawn(finding.everybody, salt)
        return replace(finding, found=self._numbers.in_order(finding.found))

    def write(
        self, store: "Store", key: str, rules: "Policy", not_graded: "Sequence[NotGraded]"
    ) -> "Gradebook":
        from grader.classroom.gradebook import as_csv, gradebook, gradebook_csv, results_csv

        def graded() -> "Iterator[Graded]":
            found = store.graded(key)
            return found if self._numbers is None else self._numbers.without_names(found)

        nothing = not_graded if self._numbers is None else self._numbers.not_graded(not_graded)
        book = gradebook(graded(), rules.exercises, rules, nothing)
        self._text("gradebook.csv", gradebook_csv(book))
        self._text("results.csv", results_csv(book))
        if self._numbers is not None:
            self._text(WHO_IS_WHO, as_csv(self._numbers.rows()))
        if self.pages:
            from grader.classroom.pages import write_pages

            with written(self.out):
                write_pages(graded(), book, rules, self.out)
        for one in self._wanted:
            from grader.classroom.formats import write_format

            with written(one.path):
                write_format(one, graded(), book, rules)
        for table in self._tables:
            filled = table.fill(table, book)
            self._text(table.path.name, filled.text)
            say_filled(self.out / table.path.name, filled)
        return book

    def _text(self, name: str, text: str) -> None:
        from grader.classroom.written import write_file

        with written(self.out / name):
            write_file(self.out / name, text)


def wanted(said: str) -> "Wanted":
    """Of "NAME=FILE"."""
    from grader.classroom.formats import FORMATS, Wanted

    name, equals, path = said.partition("=")
    if name == "moodle":
        raise UsageProblem("--format moodle: Moodle takes its own grading worksheet: --fill FILE")
    if name not in FORMATS:
        near = did_you_mean(name, FORMATS)
        more = f" There are {', '.join(FORMATS)}." if near == "." else ""
        raise UsageProblem(f"--format {one_line(name)}: no such format{near}{more}")
    if not equals or not path:
        raise UsageProblem(f"--format {name}: say where: {name}=FILE")
    return Wanted(name, Path(path))


def say_filled(path: Path, filled: "Filled") -> None:
    click.echo(f"{shown(path)}: {filled.rows} filled.")
    if filled.not_there:
        names = ", ".join(one_line(one.name) for one in filled.not_there[:NAMED])
        more = ", ..." if len(filled.not_there) > NAMED else ""
        click.echo(f"Not in that table: {len(filled.not_there)} ({names}{more}).", err=True)


@contextmanager
def written(path: Path) -> Iterator[None]:
    """A file that cannot be written is the caller's to put right."""
    try:
        yield
    except OSError as error:
        where = path if error.filename is None else Path(os.fsdecode(error.filename))
        said = f"{shown(where)}: {os.strerror(error.errno or 0)}."
        full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        raise (NoRoom(said) if full else UsageProblem(said)) from None
