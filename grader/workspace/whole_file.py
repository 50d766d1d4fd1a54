"""Files that are written whole or not at all, by several processes at once as well.

No symbolic link is followed, at the file or at its folder, and no pipe waited for: whoever may
write there cannot have another file of the learner's read or written over.
"""

import errno
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from grader.regular_file import NO_LINK, NO_WAIT, open_regular

LOCK = "lock"  # beside the files that it keeps for one process at a time
PATIENCE = 10.0  # seconds for another process to be done

Entries = dict[str, Any]


@contextmanager
def _inside(folder: Path, make: bool = True) -> Iterator[int | None]:
    """The folder opened, to be named no more; made, in one that exists. Raises OSError for a
    link. None where the system has no such thing."""
    if make:
        folder.mkdir(exist_ok=True)
    if os.open not in os.supports_dir_fd:
        yield None
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | NO_LINK)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _at(path: Path, within: int | None) -> Path:
    return path if within is None else Path(path.name)


def write_whole(path: Path, content: str | bytes) -> None:
    """The old file stays until the new one is complete. Makes its folder, in one that exists.

    Raises OSError.
    """
    with _inside(path.parent) as within:
        _write(_at(path, within), content, within)


def _write(path: Path, content: str | bytes, within: int | None) -> None:
    fresh = path.with_name(f"{path.name}.{os.getpid()}-{os.urandom(4).hex()}.new")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | NO_LINK
    descriptor = os.open(fresh, flags, 0o666, dir_fd=within)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content.encode("utf-8") if isinstance(content, str) else content)
        os.replace(fresh, path, src_dir_fd=within, dst_dir_fd=within)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(fresh, dir_fd=within)
        raise


def read_bytes(path: Path) -> bytes:
    """Raises OSError, also for a link, and for what is no file, at the path or at its folder."""
    with _inside(path.parent, make=False) as within:
        return _read(_at(path, within), within)


def _read(path: Path, within: int | None) -> bytes:
    with open_regular(path, follow=False, within=within) as file:
        return file.read()


def read_entries(path: Path) -> Entries:
    """The JSON object in a file; {} where there is none that can be read."""
    try:
        return _entries(read_bytes(path))
    except OSError:
        return {}


def _entries(document: bytes) -> Entries:
    try:
        content = json.loads(document.decode("utf-8"))
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def update_entries(path: Path, change: Callable[[Entries], Entries]) -> None:
    """Read, change and write a JSON object, with no other process in between. Raises OSError."""
    with _inside(path.parent) as within, _locked(_at(path.with_name(LOCK), within), within):
        document = b""
        with suppress(OSError):
            document = _read(_at(path, within), within)
        before = _entries(document)
        after = change(before)
        if after != before or not document:
            _write(_at(path, within), json.dumps(after, indent=1), within)


@contextmanager
def _locked(path: Path, within: int | None) -> Iterator[None]:
    """The kernel lets go of it when the process ends, whatever the way. Raises OSError."""
    try:
        import fcntl
    except ImportError:  # Windows: written whole all the same
        yield
        return
    flags = os.O_RDWR | os.O_CREAT | NO_LINK | NO_WAIT
    descriptor = os.open(path, flags, 0o666, dir_fd=within)
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
