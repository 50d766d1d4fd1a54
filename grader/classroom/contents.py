"""Which exercises a file answers that is not named for one: each file is read once.

Reading is done by a process of its own (reader.py): whatever a file does to its reader, it does not
do to the class.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

from grader.classroom.entries import Entry, Refused
from grader.process.grading_process import GradingProcess, Lost
from grader.version import __version__

PATIENCE = 20.0  # seconds for one file, the reader's start among them


class Contents:
    """`known`: the answers by key, those of earlier runs among them. A file whose reader ended, or
    took too long, is not: the machine may have been at fault, and the next run tries it again.

    Use as a context manager: on leaving, the reader ends.
    """

    def __init__(self, known: Mapping[str, Sequence[str]]) -> None:
        self.known = dict(known)
        self._keys: dict[Entry, str] = {}
        self._lost: dict[str, str] = {}  # by key, why
        self._reader: GradingProcess | None = None

    def __call__(self, entry: Entry) -> Sequence[str]:
        """Raises OSError, Refused."""
        key = self._keys.get(entry)
        if key is None:
            data = entry.read()
            key = self._keys[entry] = key_of(entry.name, data)
            if key not in self.known and key not in self._lost:
                self._read(key, entry.name, data)
        if key in self._lost:
            why = f"its exercise could not be found out ({self._lost[key]})"
            raise Refused(f"{why}; name it after the exercise")
        return self.known[key]

    def _read(self, key: str, name: str, data: bytes) -> None:
        if self._reader is None:
            self._reader = GradingProcess("grader.classroom.reader")
        try:
            asked = {"name": name, "data": base64.b64encode(data).decode()}
            self.known[key] = self._reader.ask(asked, PATIENCE)
        except Lost as error:
            self._lost[key] = str(error)
            self._end_reader()

    def _end_reader(self) -> None:
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.kill()
            reader.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end_reader()


def key_of(name: str, data: bytes) -> str:
    """Another one for each version, which may read it in another way."""
    suffix = name.rpartition(".")[2].lower()
    return hashlib.sha256(f"{__version__}\0{suffix}\0".encode() + data).hexdigest()
