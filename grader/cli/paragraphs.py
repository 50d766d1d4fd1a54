"""Prose and code on a screen of 80 columns or fewer, without rich."""

import re
import shutil
import textwrap
from typing import TextIO

from grader.errors import printable

MOST = 5_000  # characters of a text
SHORT = 40  # characters of code that are kept on one line


def fenced(text: str) -> str:
    """What code has printed, each line behind a bar: none can be taken for the grader's own."""
    return "\n".join(f"| {line}" for line in printable(text, len(text)).rstrip("\n").split("\n"))


def width() -> int:
    """80 at most: longer lines are hard to read."""
    return max(20, min(80, shutil.get_terminal_size((80, 24)).columns))


def cut_to_screen(text: str, stream: TextIO) -> str:
    """Cut to the width of a terminal; a pipe gets all of it."""
    columns = shutil.get_terminal_size((80, 24)).columns
    return f"{text[: columns - 3]}..." if stream.isatty() and len(text) > columns else text


def wrapped(text: str, first: str = "", later: str | None = None) -> str:
    """`first` opens the first line, `later` (as wide a margin, where not given) the others.

    Short code between backticks is not broken. What is not to reach a terminal is escaped.
    """
    text = printable(text, MOST)
    whole = re.sub(rf"`[^`]{{1,{SHORT}}}`", lambda code: code.group().replace(" ", "\0"), text)
    return textwrap.fill(
        whole, width(), initial_indent=first, break_long_words=False, break_on_hyphens=False,
        subsequent_indent=" " * len(first) if later is None else later,
    ).replace("\0", " ")  # fmt: skip
