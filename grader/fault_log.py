"""A fault of the grader's own while one submission was handled: its trace, in a file for whoever
fixes the grader, and a reference number for the report.

The file is in the user's own folder for such things, never beside a submission.
"""

import os
import secrets
import traceback
from contextlib import suppress
from pathlib import Path


def folder() -> Path:
    kept = os.environ.get("XDG_STATE_HOME", "")
    root = Path(kept) if Path(kept).is_absolute() else Path.home() / ".local" / "state"
    return root / "handgrad"


def log_fault(error: Exception, about: str) -> str:
    """'TypeError, reference 5f0c92d1, see ~/.local/state/handgrad/5f0c92d1.txt', for a sentence.

    `about`: what was handled, for the file. Never raises: where no file can be written, it says so.
    """
    reference = secrets.token_hex(4)
    said = f"{type(error).__name__}, reference {reference}"
    with suppress(OSError, RuntimeError):  # no home folder either
        path = folder() / f"{reference}.txt"
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
        with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
            text = f"{about}\n\n{''.join(traceback.format_exception(error))}"
            file.write(text.encode("utf-8", errors="backslashreplace"))
        return f"{said}, see {path}"
    return f"{said}; no file could be written for it"
