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


@dataclass(frozen=True, slots=True)
class Student:
    name: str
    id: str = ""  # the platform's number of them, or of their submission

    @property
    def place(self) -> tuple[str, str, str]:
        """In the order of a class."""
        return self.name.casefold(), self.id, self.name


@dataclass(frozen=True, slots=True)
class Found:
    """One file that will be graded as an answer to one exercise."""

    student: Student
    exercise: str
    entry: Entry


@dataclass(frozen=True)
class NotGraded:
    """A file that is there and has no result, and why."""

    student: Student | None  # None where nothing says whose it is
    exercise: str | None  # None where nothing says which it is for
    file: str
    why: str

    @property
    def in_short(self) -> str:
        """Without what stands in brackets: for the teacher, and it may quote a path."""
        return re.sub(r" ?\(.*\)", "", self.why, flags=re.DOTALL)


@dataclass(frozen=True)
class Finding:
    found: tuple[Found, ...]  # by student, exercise and time: the latest attempt last
    not_placed: tuple[NotGraded, ...]

    @property
    def students(self) -> tuple[Student, ...]:
        return tuple(dict.fromkeys(one.student for one in self.found))

    @property
    def everybody(self) -> tuple[Student, ...]:
        """Those of whom nothing is graded as well."""
        others = (one.student for one in self.not_placed if one.student is not None)
        return tuple(dict.fromkeys((*self.students, *others)))


# Which of the exercises an unnamed file answers, by what is in it.
Contents = Callable[[Entry], Sequence[str]]


def find(
    root: Path, exercises: Sequence[str], contents: Contents, besides: Iterable[Path] = ()
) -> Finding:
    """`besides`: paths that nobody handed in.

    Raises OSError where the root cannot be read, Refused where it is neither folder nor zip.
    """
    every = list(entries(root, besides))
    above, files = _below_what_all_share([entry for entry in every if isinstance(entry, Entry)])
    names, found, not_placed = _gradescope_names(files), list[Found](), list[NotGraded]()
    for other in every:
        if isinstance(other, NotRead):
            parts = tuple(other.name.split("/"))
            own = parts[len(above) :] if parts[: len(above)] == above else parts
            not_placed.append(NotGraded(_whose(own, names), None, other.name, other.why))
    for entry in files:
        if entry.parts[-1] == METADATA:
            continue
        student, rest = student_of(entry.parts, names)
        answers = _answers_in(rest, entry, exercises, contents)
        found += [Found(student, exercise, entry) for exercise in answers.exercises]
        if not answers.exercises:
            whose = _whose(entry.parts, names)
            not_placed.append(NotGraded(whose, answers.named, entry.name, answers.why))
    order = {name: at for at, name in enumerate(exercises)}
    found.sort(
        key=lambda one: (
            one.student.place, order[one.exercise], one.entry.changed, one.entry.name,
        )
    )  # fmt: skip
    return Finding(tuple(found), tuple(not_placed))


def _whose(parts: Sequence[str], names: Mapping[str, str]) -> Student | None:
    """Of a file that is not graded: on top of all, a list or a policy may be the teacher's."""
    if parts[0] in ("", ".."):  # it would lead out of an archive
        return None
    stem, dot, suffix = parts[0].rpartition(".")
    if len(parts) == 1:
        if dot and suffix.lower() == "zip":
            return student_of((stem, ""), names)[0]
        handed_in = f".{suffix.lower()}" in CODE or MOODLE.match(stem) or CANVAS.match(stem)
        return student_of(parts, names)[0] if handed_in else None
    top = stem if dot and suffix.lower() == "zip" else parts[0]
    return student_of((top, *parts[1:]), names)[0]


def _below_what_all_share(files: list[Entry]) -> tuple[tuple[str, ...], list[Entry]]:
    """An export is often one folder in an archive: its name is nobody's. What is above all files,
    and they without it."""
    above: tuple[str, ...] = ()
    while files:
        handed_in = [entry.parts for entry in files if entry.parts[-1] != METADATA]
        if min(map(len, handed_in), default=0) < (2 if _as_a_platform_names(handed_in) else 3):
            break
        if len({parts[1] for parts in handed_in}) == 1:
            break
        if len({entry.parts[0] for entry in files}) > 1:
            break
        above += files[0].parts[:1]
        files = [replace(entry, parts=entry.parts[1:]) for entry in files]
    return above, files


def _as_a_platform_names(handed_in: Sequence[tuple[str, ...]]) -> bool:
    """What is in the folder: else files in one folder may be all of one student's."""
    inside = [parts[1] for parts in handed_in if len(parts) > 1]
    return all(CANVAS.fullmatch(name) or MOODLE.fullmatch(name) for name in inside)


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


@dataclass(frozen=True)
class _Answers:
    exercises: Sequence[str] = ()  # that a file is graded for
    named: str | None = None  # that it is called after
    why: str = ""  # it is graded for none


def _answers_in(rest: str, entry: Entry, exercises: Sequence[str], contents: Contents) -> _Answers:
    named = _named_in(rest)
    if Path(entry.name).suffix.lower() not in CODE:
        return _Answers((), named, "neither a .py nor an .ipynb")
    if named is not None and named not in exercises:
        return _Answers((), named, f"it is for {named}, which is not graded here")
    if named is not None or len(exercises) == 1:
        return _Answers(exercises if named is None else [named])
    try:
        answers = [name for name in contents(entry) if name in exercises]
    except OSError as error:
        return _Answers(why=f"cannot be read ({error.strerror or error})")
    except Refused as error:
        return _Answers(why=str(error))
    return _Answers(
        answers, None, "nothing says which exercise it is for; name it after the exercise"
    )


def _gradescope_names(files: Iterable[Entry]) -> dict[str, str]:
    """By folder, the submitters named in Gradescope's own list: it is beside the folders. One in a
    folder was handed in, and could give others' work a student's name."""
    for entry in files:
        if entry.parts == (METADATA,):
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
