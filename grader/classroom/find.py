"""Whose submission each file is, and to which exercise: as folders and exports come.

A folder a student; files named by student; what Canvas, Moodle and Gradescope export. What
cannot be placed is said, with the reason.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from grader.classroom.entries import Entry, NotRead, Refused, entries
from grader.course import EXERCISES

CODE = (".py", ".ipynb")
METADATA = "submission_metadata.yml"  # Gradescope's
# Canvas: "doejane_LATE_4711_123456_exercise1.py", or without the LATE.
CANVAS = re.compile(r"(?P<student>[^_]+)_(?:late_)?(?P<id>\d+)_(?P<number>\d+)_(?P<file>.+)", re.I)
# Canvas numbers what is handed in again: "exercise1-2.py".
AGAIN = re.compile(r"-\d+(?=\.\w+$)")
# Moodle: "Jane Doe_4711_assignsubmission_file_", a folder or the beginning of a file's name.
MOODLE = re.compile(
    r"(?P<student>.+?)_(?P<id>\d+)_assignsubmission_(?:file|onlinetext)_(?P<file>.*)"
)
GRADESCOPE = re.compile(r"submission_(?P<id>\d+)")


@dataclass(frozen=True)
class Student:
    name: str
    id: str = ""  # the platform's number of them, or of their submission


@dataclass(frozen=True)
class Found:
    """One file that will be graded as an answer to one exercise."""

    student: Student
    exercise: str
    entry: Entry


@dataclass(frozen=True)
class Finding:
    found: tuple[Found, ...]  # by student, exercise and time: the latest attempt last
    not_placed: tuple[NotRead, ...]

    @property
    def students(self) -> tuple[Student, ...]:
        return tuple(dict.fromkeys(one.student for one in self.found))


# Which of the exercises an unnamed file answers, by what is in it.
Contents = Callable[[Entry], Sequence[str]]


def find(root: Path, exercises: Sequence[str], contents: Contents) -> Finding:
    """Raises OSError where the root cannot be read."""
    every = list(entries(root))
    files = _below_what_all_share([entry for entry in every if isinstance(entry, Entry)])
    not_placed = [entry for entry in every if isinstance(entry, NotRead)]
    names, found = _gradescope_names(files), list[Found]()
    for entry in files:
        if entry.parts[-1] == METADATA:
            continue
        if Path(entry.name).suffix.lower() not in CODE:
            not_placed.append(NotRead(entry.name, "neither a .py nor an .ipynb"))
            continue
        student, rest = student_of(entry.parts, names)
        try:
            answers = _exercises_of(rest, entry, exercises, contents)
        except (OSError, Refused) as error:
            not_placed.append(NotRead(entry.name, str(error)))
            continue
        if isinstance(answers, str):
            not_placed.append(NotRead(entry.name, answers))
        else:
            found += [Found(student, exercise, entry) for exercise in answers]
    order = {name: at for at, name in enumerate(exercises)}
    found.sort(key=lambda one: (one.student.name.casefold(), one.student.id, order[one.exercise],
                                one.entry.changed, one.entry.name))  # fmt: skip
    return Finding(tuple(found), tuple(not_placed))


def _below_what_all_share(files: list[Entry]) -> list[Entry]:
    """An export is often one folder in an archive: its name is nobody's."""
    while files:
        handed_in = [entry.parts for entry in files if entry.parts[-1] != METADATA]
        if min(map(len, handed_in), default=0) < 3 or len({parts[1] for parts in handed_in}) == 1:
            break
        if len({entry.parts[0] for entry in files}) > 1:
            break
        files = [replace(entry, parts=entry.parts[1:]) for entry in files]
    return files


def student_of(parts: Sequence[str], names: Mapping[str, str] | None = None) -> tuple[Student, str]:
    """Of a file's path, and what else the path says: where an exercise may be named.

    `names`: by Gradescope's folder, who that is.
    """
    top, rest = parts[0], "/".join(parts[1:])
    for pattern in (MOODLE, CANVAS):
        if match := pattern.fullmatch(top):
            return Student(match["student"].strip(), match["id"]), rest or AGAIN.sub(
                "", match["file"]
            )
    if match := GRADESCOPE.fullmatch(top):
        return Student((names or {}).get(top, top), match["id"]), rest
    if rest:
        return Student(top), rest
    stem = Path(top).stem
    named = _named_in(stem)
    alone = (
        re.sub(r"[\W_]*" + _spelled(named) + r"[\W_]*", " ", stem, flags=re.I) if named else stem
    )
    return Student(alone.strip() or stem), top


def _spelled(exercise: str) -> str:
    """A pattern for its name: `Exercise 1`, `exercise_01`, `exercise-1`."""
    word, number = re.fullmatch(r"([a-z]+)(\d+)", exercise).groups()  # type: ignore[union-attr]
    return rf"{word}[\s_-]*0?{number}(?!\d)"


def _named_in(text: str) -> str | None:
    """The exercise that stands last in a path: nearest to the file."""
    places = {
        match.start(): name
        for name in EXERCISES
        for match in re.finditer(r"(?<![a-z])" + _spelled(name), text, flags=re.I)
    }
    return places[max(places)] if places else None


def _exercises_of(
    rest: str, entry: Entry, exercises: Sequence[str], contents: Contents
) -> Sequence[str] | str:
    """The exercises that a file is graded for; or why it is for none."""
    named = _named_in(rest)
    if named is not None and named in exercises:
        return [named]
    if named is not None:
        return f"it is for {named}, which is not graded here"
    if len(exercises) == 1:
        return exercises
    answers = [name for name in contents(entry) if name in exercises]
    return answers or "nothing says which exercise it is for; name it after the exercise"


def _gradescope_names(files: Iterable[Entry]) -> dict[str, str]:
    """By folder, the submitters named in Gradescope's own list."""
    for entry in files:
        if entry.parts[-1] == METADATA:
            text = entry.read().decode("utf-8", errors="replace")
            return dict(_submitters(text.splitlines()))
    return {}


def _submitters(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Read line by line: a key without an indent is a folder, `:name:` one of its submitters."""
    folder, people = "", list[str]()
    for line in [*lines, "end:"]:
        if match := re.fullmatch(r"(\w+):\s*", line):
            if people:
                yield folder, ", ".join(people)
            folder, people = match[1], []
        elif match := re.fullmatch(r"\s*-?\s*:name:\s*[\"']?(.*?)[\"']?\s*", line):
            people.append(match[1])
