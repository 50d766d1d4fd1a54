"""Where attacks are tried: a grader, and everything around it that an attack may reach.

Nothing an attack does here can hurt the machine: bombs are small, signals are 0 or ignored,
and the network is loopback.
"""

import os
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from grader.report import Report
from grader.workspace import kit
from tests.grading import GradeFile, grading
from tests.process.left_behind import adopt_orphans, descendants

SUBMISSIONS = Path(__file__).parent / "submissions"
ROOT = Path(__file__).parent.parent.parent
MARK = "handgrad_attack"
PORT = "65001"  # stands in the submissions; here it is whichever is free
SECRET = "SECRET-4be1"


@dataclass
class Range:
    grade_file: GradeFile
    folder: Path  # where submissions lie, a neighbour's right answer among them
    listeners: dict[str, socket.socket]
    port: str
    reads_first: bool = True  # under --untrusted: whether the dialect is in front of the sandbox
    watched: tuple[Path, ...] = field(
        default=tuple(map(Path, ("/tmp", "/var/tmp", "/dev/shm", "/run", ROOT, Path.cwd())))
    )

    def grade(self, attack: str, exercise: str = "exercise1") -> Report:
        path = self.folder / f"{attack}.py"
        source = (SUBMISSIONS / path.name).read_text("utf-8").replace(PORT, self.port)
        path.write_text(source, "utf-8")
        self.before = set(descendants())
        with nullcontext() if self.reads_first else patch("grader.grading.usual", lambda: None):
            report = self.grade_file(exercise, path)
        self.unharmed = path.exists() and path.read_text("utf-8") == source
        path.unlink(missing_ok=True)
        return report

    def grade_worked_answer(self) -> Report:
        return self.grade_file("exercise1", kit.solution_path("exercise1"))

    def left_behind(self) -> list[str]:
        """Processes, files and messages that were not there before."""
        found = [f"process {pid}" for pid in descendants() if pid not in self.before]
        if not self.unharmed:
            found.append("the submission's own file was changed")
        for folder in (*self.watched, self.folder):
            found += [str(path) for path in folder.glob(f"*{MARK}*")]
        for name, listener in self.listeners.items():
            try:
                listener.recvfrom(1) if name == "udp" else listener.accept()[0].close()
            except BlockingIOError:
                continue
            found.append(f"a message by {name}")
        return found

    def clean(self) -> None:
        """After a control run, in which attacks succeed."""
        for folder in (*self.watched, self.folder):
            for path in folder.glob(f"*{MARK}*"):
                path.unlink()
        for pid in descendants():
            if pid not in self.before:
                os.kill(pid, 9)
                os.waitpid(pid, 0)
        self.left_behind()  # takes the messages out


@contextmanager
def open_range(folder: Path, **options: Any) -> Iterator[Range]:
    worked = kit.solution_path("exercise1").read_text("utf-8")
    (folder / "neighbour.py").write_text(worked, "utf-8")
    adopt_orphans()
    with ExitStack() as stack:
        tcp = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        port = tcp.getsockname()[1]
        udp = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        udp.bind(("127.0.0.1", port))
        unix = stack.enter_context(socket.socket(socket.AF_UNIX))
        unix.bind(f"\0handgrad-attack-{port}")
        unix.listen()
        listeners = {"tcp": tcp, "udp": udp, "unix": unix}
        for listener in listeners.values():
            listener.setblocking(False)
        grade_file = stack.enter_context(grading(**options))
        yield Range(grade_file, folder, listeners, str(port))


def settled(range_: Range, seconds: float = 1.0) -> list[str]:
    """What is left behind, when what was about to end has had time for it."""
    deadline = time.monotonic() + seconds
    while (found := range_.left_behind()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return found
