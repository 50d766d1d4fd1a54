"""What a worker is told: plain data, so that it may be on another machine."""

import base64
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

LONGEST = 200  # bytes of a folder's or a file's name; a system takes 255
DEEPEST = 12  # names of a path; a system takes 4,096 bytes


@dataclass(frozen=True)
class Settings:
    """How all submissions of a run are graded."""

    names: tuple[str, ...]  # the words
    seed: int
    strict: bool
    timeout: float
    untrusted: bool
    dialect: Mapping[str, Any] = field(default_factory=dict)  # what is allowed besides

    def as_json(self) -> dict[str, Any]:
        return dict(vars(self))  # asdict would copy each of the words

    @classmethod
    def from_json(cls, facts: dict[str, Any]) -> Self:
        return cls(**facts | {"names": tuple(facts["names"])})


@dataclass(frozen=True)
class Task:
    exercise: str
    name: str  # of the file, in the class's folder
    data: str  # the file, base64

    @property
    def safe_name(self) -> str:
        """The same as a path that leads nowhere else, and that any system takes."""
        parts = [re.sub(r"[^\w .@+-]", "_", part) for part in self.name.split("/")[-DEEPEST:]]
        ends = [part.encode()[-LONGEST:].decode(errors="ignore") for part in parts]
        return "/".join("_" if part in ("", ".", "..") else part for part in ends)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, facts: dict[str, Any]) -> Self:
        return cls(**facts)

    @classmethod
    def of(cls, exercise: str, name: str, data: bytes) -> Self:
        return cls(exercise, name, base64.b64encode(data).decode())
