"""What a user is told when something cannot be carried out: a sentence and an exit code.

Raised anywhere, and shown by the command. Imports no click, for what is called without it.
"""

import os
import re
from collections.abc import Iterable
from pathlib import Path
from unicodedata import combining

PASSED, NOT_PASSED, USAGE, GRADER_FAILED = 0, 1, 2, 3  # the exit codes of `grade`


class Problem(Exception):
    """Its text is a sentence for the user; `exit_code` is what `grade` ends with."""

    exit_code: int

    def _render_traceback_(self) -> list[str]:
        """What IPython shows of it: the sentence, and no frames."""
        return [f"Error: {self}"]


class UsageProblem(Problem):
    """The call itself is wrong: no such exercise, no such file. Exit code 2."""

    exit_code = USAGE


class GraderFailure(Problem):
    """The grader could not do its own work; says nothing about the submission. Exit code 3."""

    exit_code = GRADER_FAILED


class NoRoom(GraderFailure):
    """The disk of a class's results is full, or fails."""

    def __init__(self, said: str) -> None:
        super().__init__(f"{said} Make room there, and call again: what was graded is kept.")


class UnexpectedFailure(GraderFailure):
    """An error that no one thought of."""

    def __init__(self, error: Exception) -> None:
        said = f"The grader failed ({type(error).__name__}: {error})"
        super().__init__(f"{said}; that says nothing about the submission. Please report it.")


MARKS = 2  # accents on a letter; a hundred would reach over the lines above


def printable(text: str, cap: int) -> str:
    """Text of unknown origin, safe wherever it is shown but for markup: cut at `cap`, and escaped
    what moves, hides, turns round or covers other text (control characters, directions, invisible
    ones, line ends but \\n, accents heaped up).
    """
    if text.isascii() and text.isprintable() and len(text) <= cap:
        return text
    shown, marks = [], 0
    for c in text[:cap]:
        marks = marks + 1 if combining(c) else 0
        plain = (c.isprintable() or c in "\n\t") and marks <= MARKS
        shown.append(
            c
            if plain
            else c.encode("ascii", "backslashreplace").decode()
            if ord(c) > 127
            else repr(c)[1:-1]
        )
    return "".join(shown) + ("..." if len(text) > cap else "")


def one_line(text: str, cap: int = 1000) -> str:
    """The same for a name or a path, which has no business on two lines."""
    return printable(text, cap).replace("\n", "\\n").replace("\t", "\\t")


def typed(path: Path) -> str:
    """The path as a user would type it: relative where that is shorter."""
    relative = os.path.relpath(path)
    return relative if len(relative) < len(str(path)) else str(path)


def shown(path: Path) -> str:
    """The same, safe on a terminal, and in quotes where a sentence could be made of it."""
    said = one_line(typed(path))
    return f"'{said}'" if " " in said else said


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """'; did you mean exercise3?' to end a sentence with; '.' where nothing known is near."""
    from difflib import SequenceMatcher

    likeness = {other: SequenceMatcher(None, other, word).ratio() for other in known}
    near = max(likeness, key=likeness.__getitem__, default="")  # the first of those as near
    return f"; did you mean {near}?" if likeness.get(near, 0) >= 0.6 else "."


def _in_short(word: str, exercises: Iterable[str]) -> str:
    """exercise1 for ex1 or Exercise_1; "" where none is meant, or more than one."""
    said = re.fullmatch(r"([a-z]+)[ _.-]?0*(\d+)", word.lower())
    if said is None:
        return ""
    meant = [
        name
        for name in exercises
        if name.startswith(said[1]) and name.rstrip("0123456789") + said[2] == name
    ]
    return f"; did you mean {meant[0]}?" if len(meant) == 1 else ""


class UnknownExercise(UsageProblem):
    def __init__(self, word: str, exercises: Iterable[str], commands: Iterable[str] = ()) -> None:
        near = _in_short(word, exercises) or did_you_mean(word, [*exercises, *commands])
        more = " `grade list` shows them all."
        if word.endswith((".py", ".ipynb")):
            stem = Path(word).stem
            near = f"; did you mean {stem}?" if stem in exercises else "."
            more = " For a file: grade EXERCISE --submission FILE"
        super().__init__(f"{word}: no such exercise{near}{more if near == '.' else ''}")
