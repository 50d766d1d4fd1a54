"""The files of a folder or of an archive, whatever is in them: nothing is unpacked or followed.

An archive is read member by member. What could reach out of it, or be more than it seems, is
refused, and said.
"""

import os
import stat
import time
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from lzma import LZMAError
from pathlib import Path

from grader.regular_file import open_regular

LARGEST = 64 * 2**20  # bytes of one file: a notebook holds its pictures
MEMBERS = 20_000  # of one archive
MOST_PACKED = 200  # bytes that one of an archive's may become; deflate's own limit is 1,032
# What zipfile raises for a damaged member; ValueError: for a name that is no text, among others.
DAMAGED = (zipfile.BadZipFile, zlib.error, LZMAError, NotImplementedError, RuntimeError, EOFError,
           KeyError, ValueError)  # fmt: skip
SAID_TO_BE_UTF8 = 0x800  # of a member's flags
SKIPPED = ("__MACOSX", "__pycache__", ".ipynb_checkpoints", ".git", ".handgrad")


class Refused(Exception):
    """Why something is not read: a phrase."""


@dataclass(frozen=True, slots=True)
class Entry:
    parts: tuple[str, ...]  # its path below the class's folder, an archive's own name among it
    size: int  # bytes, unpacked
    changed: float  # seconds since 1970
    file: Path
    member: str | None = None  # of the archive that `file` is

    @property
    def name(self) -> str:
        return "/".join(self.parts)

    def read(self) -> bytes:
        """Raises OSError, Refused."""
        try:
            if self.member is None:  # no link, pipe or device, also where it became one since
                with open_regular(self.file, follow=False) as file:
                    data = file.read(LARGEST + 1)
            else:
                with zipfile.ZipFile(self.file) as archive, archive.open(self.member) as packed:
                    data = packed.read(LARGEST + 1)
        except DAMAGED as error:
            raise Refused(f"cannot be unpacked ({error})") from None
        if len(data) > LARGEST:
            raise Refused(TOO_LARGE)
        return data


@dataclass(frozen=True)
class NotRead:
    """What is there and is not taken, and why."""

    name: str
    why: str


TOO_LARGE = f"it has more than {LARGEST // 2**20} MiB"


def entries(root: Path, besides: Iterable[Path] = ()) -> Iterator[Entry | NotRead]:
    """Every file below a folder, or in an archive, in the order of their names.

    `besides`: paths that nobody handed in, nor what is below them.
    Raises OSError where the root cannot be read, Refused where it is neither.
    """
    if root.is_dir():
        whole = root.resolve()  # no link is followed below it
        ours = {path.resolve() for path in besides}
        yield from _in_folder(root, (), lambda parts: whole.joinpath(*parts) in ours)
        return
    root.stat()
    if not zipfile.is_zipfile(root):
        if root.suffix in (".py", ".ipynb"):
            raise Refused("one file; grade it alone: grade EXERCISE --submission FILE")
        raise Refused("neither a folder nor a whole zip; export it again")
    yield from _in_archive(root, ())


def _in_folder(
    folder: Path, above: tuple[str, ...], is_ours: Callable[[tuple[str, ...]], bool]
) -> Iterator[Entry | NotRead]:
    for found in sorted(os.scandir(folder), key=lambda entry: entry.name):
        parts, path = (*above, found.name), Path(found.path)
        if found.name in SKIPPED or found.name.startswith(".") or is_ours(parts):
            continue
        if found.is_symlink():
            yield NotRead("/".join(parts), "it is a link")
        elif found.is_dir():
            try:
                yield from _in_folder(path, parts, is_ours)
            except OSError as error:
                yield NotRead("/".join(parts), f"cannot be read ({error.strerror})")
        elif not found.is_file():
            yield NotRead("/".join(parts), "it is not a regular file")
        elif path.suffix.lower() == ".zip":
            yield from _in_archive(path, (*above, path.stem))
        else:
            status = found.stat()
            yield Entry(parts, status.st_size, status.st_mtime, path)


def _in_archive(file: Path, above: tuple[str, ...]) -> Iterator[Entry | NotRead]:
    # The one that is graded whole has no name in its members' paths: it is nobody's.
    called = "/".join((*above[:-1], file.name))
    at = f"{called}/" if above else ""
    try:
        with zipfile.ZipFile(file) as archive:
            members = sorted(archive.infolist(), key=lambda member: member.filename)
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError) as error:
        yield NotRead(called, f"cannot be opened as a zip ({error})")
        return
    if len(members) > MEMBERS:
        yield NotRead(called, f"it has {len(members):,} files; at most {MEMBERS:,} are read")
        return
    for member in members:
        name = _name_of(member)
        parts = tuple(name.replace("\\", "/").split("/"))
        if member.is_dir() or any(part in SKIPPED or part.startswith("._") for part in parts):
            continue
        why = _why_not(member, parts)
        if why is None:
            changed = time.mktime((*member.date_time, 0, 0, -1))
            yield Entry((*above, *parts), member.file_size, changed, file, member.filename)
        else:
            yield NotRead(f"{at}{name}", why)


def _name_of(member: zipfile.ZipInfo) -> str:
    """macOS writes UTF-8 and does not say so: zipfile then reads the code page of old PCs."""
    if member.flag_bits & SAID_TO_BE_UTF8:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return member.filename


def _why_not(member: zipfile.ZipInfo, parts: tuple[str, ...]) -> str | None:
    if ".." in parts or not all(parts) or ":" in parts[0]:
        return "its path leads out of the archive"
    if stat.S_ISLNK(member.external_attr >> 16):
        return "it is a link"
    if member.flag_bits & 1:
        return "it is encrypted"
    if member.file_size > LARGEST:
        return TOO_LARGE
    if member.file_size > MOST_PACKED * max(member.compress_size, 1024):
        return "it unpacks to far more than it is"
    if parts[-1].lower().endswith(".zip"):
        return "it is an archive in an archive; unpack the outer one, and grade that folder"
    return None
