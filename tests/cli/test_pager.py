"""A text longer than the screen goes through a pager, on a terminal only."""

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios

import pytest

LONG = [
    ("lesson", "exercise1"), ("list",), ("explain",), ("explain", "wrong-operand"),
    ("show", "exercise1"),
]  # fmt: skip


def said_by(rows: int, *call: str, typed: str = "\x04", status: int = 0) -> str:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, 80, 0, 0))
    given = {key: value for key, value in os.environ.items() if key not in ("LINES", "COLUMNS")}
    child = subprocess.Popen(
        [sys.executable, "-P", "-m", "grader", *call], stdin=theirs, stdout=theirs, stderr=theirs,
        env=given | {"TERM": "xterm", "PAGER": "sed s/^/PAGED:/"},
    )  # fmt: skip
    os.close(theirs)
    os.write(ours, typed.encode())
    said = b""
    try:
        while piece := os.read(ours, 4096):
            said += piece
    except OSError:  # a terminal whose other end is closed
        pass
    os.close(ours)
    assert child.wait() == status
    return said.decode()


@pytest.mark.parametrize("call", LONG)
def test_what_is_longer_than_the_screen_is_paged(call: tuple[str, ...]) -> None:
    assert "PAGED:" in said_by(12, *call)


@pytest.mark.parametrize("call", LONG)
def test_what_fits_is_not(call: tuple[str, ...]) -> None:
    assert "PAGED:" not in said_by(500, *call)


def test_a_pipe_is_not() -> None:
    command = [sys.executable, "-P", "-m", "grader", "explain"]
    environment = os.environ | {"PAGER": "sed s/^/PAGED:/", "LINES": "10"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert "PAGED:" not in done.stdout
