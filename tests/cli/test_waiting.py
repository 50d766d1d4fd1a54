"""After a second the terminal says what it waits for; a pipe is told nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

LOOP = "def backward(n):\n    while True: pass\n"
SAID = "answer.py: still running; stopped after 1.5 s"


def call(stderr: int, folder: Path) -> int:
    (folder / "answer.py").write_text(LOOP)
    command = [sys.executable, "-P", "-m", "grader", "exercise2", "--timeout", "1.5"]
    return subprocess.run(
        [*command, "--submission", "answer.py"], cwd=folder, stdout=subprocess.DEVNULL,
        stderr=stderr, check=False, env={**os.environ, "TERM": "xterm", "COLUMNS": "80"},
    ).returncode  # fmt: skip


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="takes a terminal")
def test_a_terminal_says_what_it_waits_for(tmp_path: Path) -> None:
    ours, theirs = os.openpty()
    assert call(theirs, tmp_path) == 1
    os.close(theirs)
    said = os.read(ours, 2**16).decode()
    os.close(ours)
    assert SAID in said
    assert said.endswith("\x1b[2K")  # the line is gone again


def test_a_pipe_is_told_nothing(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    assert call(writer, tmp_path) == 1
    os.close(writer)
    with os.fdopen(reader) as pipe:
        assert "still running" not in pipe.read()


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="takes a terminal")
@pytest.mark.parametrize(("seconds", "said"), [(1.4, True), (0.0, False)])
def test_a_terminal_says_that_torch_is_loaded_where_that_takes_long(
    seconds: float, said: bool, tmp_path: Path
) -> None:
    slow = f"import time\ntime.sleep({seconds})\nraise SystemExit(7)\n"
    (tmp_path / "torch.py").write_text(slow)
    ours, theirs = os.openpty()
    done = subprocess.run(
        [sys.executable, "-P", "-m", "grader", "exercise2"], stdout=subprocess.DEVNULL,
        stderr=theirs, check=False, env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )  # fmt: skip
    os.write(theirs, b".")  # the end of what there is to read
    shown = ""
    while not (shown.endswith(".") and not shown.endswith("...")):
        shown += os.read(ours, 2**16).decode()
    os.close(theirs)
    os.close(ours)
    assert done.returncode == 7
    assert shown == ("Loading torch ...\r                 \r." if said else ".")
