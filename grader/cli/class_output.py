"""What a run of `grade class` writes: tables, pages, and what other systems read."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from grader.errors import UsageProblem, shown

if TYPE_CHECKING:
    from grader.classroom.anonymous import Numbers
    from grader.classroom.find import Finding
    from grader.classroom.gradebook import Gradebook
    from grader.classroom.policy import Policy
    from grader.classroom.store import Graded, Store

WHO_IS_WHO = "who-is-who.csv"


@dataclass
class Output:
    OPTIONS: ClassVar = ("out", "pages", "anonymous")
    out: Path
    pages: bool
    anonymous: bool
    _numbers: "Numbers | None" = field(default=None, init=False)

    def make_folder(self) -> None:
        try:
            self.out.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageProblem(f"{shown(self.out)}: {os.strerror(error.errno or 0)}.") from None

    def in_order(self, finding: "Finding", store: "Store") -> "Finding":
        """As it is, or by number where names are left out: an order of names says who it is."""
        if not self.anonymous:
            return finding
        import secrets

        from grader.classroom.anonymous import Numbers

        salt = store.fact("numbers", secrets.token_hex(16))
        self._numbers = Numbers.drawn(finding.students, salt)
        return replace(finding, found=self._numbers.in_order(finding.found))

    def write(self, store: "Store", key: str, rules: "Policy") -> "Gradebook":
        from grader.classroom.gradebook import as_csv, gradebook, gradebook_csv, results_csv

        def graded() -> "Iterator[Graded]":
            found = store.graded(key)
            return found if self._numbers is None else self._numbers.without_names(found)

        book = gradebook(graded(), rules.exercises, rules)
        self._text("gradebook.csv", gradebook_csv(book))
        self._text("results.csv", results_csv(book))
        if self._numbers is not None:
            self._text(WHO_IS_WHO, as_csv(self._numbers.rows()))
        if self.pages:
            from grader.classroom.pages import write_pages

            with written(self.out):
                write_pages(graded(), book, rules, self.out)
        return book

    def _text(self, name: str, text: str) -> None:
        with written(self.out / name):
            (self.out / name).write_text(text, encoding="utf-8")


@contextmanager
def written(path: Path) -> Iterator[None]:
    """A file that cannot be written is the caller's to put right."""
    try:
        yield
    except OSError as error:
        where = path if error.filename is None else Path(os.fsdecode(error.filename))
        raise UsageProblem(f"{shown(where)}: {os.strerror(error.errno or 0)}.") from None
