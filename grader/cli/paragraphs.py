"""Prose and code on a screen of 80 columns or fewer, without rich."""

import shutil
import textwrap


def width() -> int:
    """80 at most: longer lines are hard to read."""
    return max(20, min(80, shutil.get_terminal_size((80, 24)).columns))


def wrapped(text: str, first: str = "", later: str | None = None) -> str:
    """`first` opens the first line, `later` (as wide a margin, where not given) the others."""
    return textwrap.fill(
        text, width(), initial_indent=first, break_long_words=False, break_on_hyphens=False,
        subsequent_indent=" " * len(first) if later is None else later,
    )  # fmt: skip
