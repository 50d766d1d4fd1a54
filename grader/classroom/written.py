"""What a class's run writes for people and other systems: each file whole, or as it was before.

A gradebook that ends in the middle, where the disk was full, looks like one of fewer students.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO


@contextmanager
def whole_file(path: Path) -> Iterator[TextIO]:
    """To be written to: the old one stays until this one is complete. A link, and what is no
    file (/dev/stdout), is written where it is.

    Raises OSError.
    """
    if path.is_symlink() or (path.exists() and not path.is_file()):
        with path.open("w", encoding="utf-8", newline="") as file:
            yield file
        return
    fresh = path.with_name(f".{os.getpid()}-{os.urandom(4).hex()}.new")
    try:
        with fresh.open("x", encoding="utf-8", newline="") as file:
            yield file
        if path.exists():
            shutil.copymode(path, fresh)
        fresh.replace(path)
    except BaseException as error:
        fresh.unlink(missing_ok=True)
        if isinstance(error, OSError):
            error.filename = os.fspath(path)  # whoever called knows no other name
        raise


def write_file(path: Path, text: str) -> None:
    with whole_file(path) as file:
        file.write(text)
