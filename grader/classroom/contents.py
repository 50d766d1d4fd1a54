"""Which exercises a file answers that is not named for one: each file is read once.

Reading is done by a process of its own (reader.py): whatever a file does to its reader, it does not
do to the class.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

from grader.classroom.entries import Entry
from grader.process.grading_process import GradingProcess, Lost
from grader.version import __version__

PATIENCE = 20.0  # seconds for one file, the reader's start among them


class Contents:
    """`known`: the answers by key, those of earlier runs among them. Use as a context manager: on
    leaving, the reader ends."""

    def __init__(self, known: Mapping[str, Sequence[str]]) -> None:
        self.known = dict(known)
        self._keys: dict[Entry, str] = {}
        self._reader: GradingProcess | None = None

    def __call__(self, entry: Entry) -> Sequence[str]:
        """Raises OSError, Refused."""
        key = self._keys.get(entry)
        if key is None or key not in self.known:
            data = entry.read()
            key = self._keys[entry] = key_of(entry.name, data)
            if key not in self.known:
                self.known[key] = self._read(entry.name, data)
        return self.known[key]

    def _read(self, name: str, data: bytes) -> Sequence[str]:
        """None, of a file that its reader does not survive."""
        if self._reader is None:
            self._reader = GradingProcess("grader.classroom.reader")
        try:
            asked = {"name": name, "data": base64.b64encode(data).decode()}
            found: list[str] = self._reader.ask(asked, PATIENCE)
        except Lost:
            self._end_reader()
            return []
        return found

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
