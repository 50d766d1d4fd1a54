"""Files that are written whole or not at all, by several processes at once as well.

No symbolic link is followed: whoever may write to the folder cannot have another file of the
learner's read or written over.
"""

import errno
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

LOCK = "lock"  # beside the files that it keeps for one process at a time
PATIENCE = 10.0  # seconds for another process to be done
NO_LINK = getattr(os, "O_NOFOLLOW", 0)  # Windows has none

Entries = dict[str, Any]


def write_whole(path: Path, content: str | bytes) -> None:
    """The old file stays until the new one is complete. Makes its folder, in one that exists.

    Raises OSError.
    """
    path.parent.mkdir(exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}-{os.urandom(4).hex()}.new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | NO_LINK, 0o666)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content.encode("utf-8") if isinstance(content, str) else content)
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise


def read_entries(path: Path) -> Entries:
    """The JSON object in a file; {} where there is none that can be read."""
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | NO_LINK), "rb") as file:
            content = json.loads(file.read().decode("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def update_entries(path: Path, change: Callable[[Entries], Entries]) -> None:
    """Read, change and write a JSON object, with no other process in between. Raises OSError."""
    path.parent.mkdir(exist_ok=True)
    with _locked(path.with_name(LOCK)):
        before = read_entries(path)
        after = change(before)
        if after != before or not path.exists():
            write_whole(path, json.dumps(after, indent=1))


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """The kernel lets go of it when the process ends, whatever the way. Raises OSError."""
    try:
        import fcntl
    except ImportError:  # Windows: written whole all the same
        yield
        return
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | NO_LINK, 0o666)
    try:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    said = "another process does not let go of it"
                    raise OSError(errno.EBUSY, said, str(path)) from None
                time.sleep(0.01)
        yield
    finally:
        os.close(descriptor)
