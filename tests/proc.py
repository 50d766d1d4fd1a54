"""What Linux says of a process. Source: man 5 proc_pid_stat."""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Status:
    state: str  # "Z": it has ended and was not reaped yet
    parent: int
    session: int
    cpu: float  # seconds, its own and those of its children that have ended and were reaped


def status_of(pid: int) -> Status:
    """Raises OSError where there is no such process any more."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    cpu = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    return Status(fields[0], parent=int(fields[1]), session=int(fields[3]), cpu=cpu)


def parents() -> dict[int, int]:
    """Of every process there is, the one that it is a child of."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended meanwhile
            found[int(folder.name)] = status_of(int(folder.name)).parent
    return found
