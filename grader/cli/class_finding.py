"""What a run of `grade class` finds in its folder, now and later, and what it says of it."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.errors import UsageProblem, one_line, shown

if TYPE_CHECKING:
    from grader.classroom.contents import Contents
    from grader.classroom.find import Finding, NotGraded

WATCH_EVERY = 2.0  # seconds
LISTED = 10  # of what is not placed, where it is not asked for
NOTHING = (
    "Nothing to grade was found. Submissions are .py or .ipynb files: a folder for each student, "
    "files named by student, or an export: docs/class.md"
)
ONE_FOLDER = "If that is the folder of a class, give it as FOLDER itself; of a zip, unpacked."


def contents_known_in(db: Path) -> "Contents":
    """Before anything is found there may be no database yet."""
    from grader.classroom.contents import Contents
    from grader.classroom.store import open_store

    if not db.is_file():
        return Contents({})
    with open_store(db) as store:
        return Contents(store.contents())


def found_in(
    folder: Path, exercises: Sequence[str], contents: "Contents", besides: Sequence[Path]
) -> "Finding":
    from grader.classroom.entries import Refused
    from grader.classroom.find import find

    try:
        return find(folder, exercises, contents, besides)
    except OSError as error:
        raise UsageProblem(f"{shown(folder)}: {error.strerror}.") from None
    except Refused as error:
        raise UsageProblem(f"{shown(folder)}: {error}.") from None


def changes_in(
    folder: Path, look: "Callable[[], Finding]", before: "Finding"
) -> "Iterator[Finding]":
    """What is found whenever something else is, until Ctrl-C."""
    click.echo(f"Watching {shown(folder)}; Ctrl-C ends it.")
    try:
        while True:
            time.sleep(WATCH_EVERY)
            found = look()
            if found != before:
                before = found
                yield found
    except KeyboardInterrupt:
        click.echo("No longer watching.")


def say_found(finding: "Finding", everything: bool) -> None:
    files = {one.entry.name for one in finding.found}
    counts = Counter(one.exercise for one in finding.found)
    by_exercise = ", ".join(f"{name}: {count}" for name, count in sorted(counts.items()))
    said = f"{counted(len(files), 'file')} of {counted(len(finding.students), 'student')}"
    click.echo(f"{said} ({by_exercise})." if by_exercise else NOTHING)
    if len(finding.students) == 1 and len(files) > len(counts):
        name = one_line(finding.students[0].name)
        click.echo(f"All are taken for the attempts of one student, {name}. {ONE_FOLDER}")
    if everything:
        for one in finding.found:
            number = f" ({one.student.id})" if one.student.id else ""
            name = one_line(one.student.name) + one_line(number)
            click.echo(f"  {name:<32} {one.exercise:<11} {one_line(one.entry.name)}")
    if finding.not_placed:
        click.echo(f"Not taken: {len(finding.not_placed)}.")
        shown_ones = finding.not_placed if everything else finding.not_placed[:LISTED]
        for other in shown_ones:
            click.echo(f"  {why_not(other)}")
        if len(shown_ones) < len(finding.not_placed):
            click.echo("  ...; --dry-run lists them all.")


def counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def why_not(one: "NotGraded") -> str:
    return f"{one_line(one.file)}: {one_line(one.why)}"
