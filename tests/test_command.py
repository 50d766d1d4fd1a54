"""tests/command.py: what it says of a command is what became of it."""

import os
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

import grader.cli
from tests import command


def instead(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Of the command."""
    monkeypatch.setattr(grader.cli, "main", lambda prog_name: exec(code))


def test_words_folder_environment_and_both_streams(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    code = "import os, sys; print(sys.argv, os.getcwd(), os.environ['ASKED'], os.isatty(0));"
    instead(monkeypatch, f"{code} os.write(1, sys.stdin.read().encode() + b'.');"
                         " print('ø', file=sys.stderr); sys.exit(5)")  # fmt: skip
    done = command.run("a", tmp_path, cwd=tmp_path, environment={"ASKED": "yes"})
    said = f".{['grade', 'a', str(tmp_path)]} {tmp_path} yes False\n"
    assert (done.returncode, done.stdout, done.stderr) == (5, said, "ø\n")
    assert (Path.cwd() != tmp_path, "ASKED" in os.environ) == (True, False)
    assert capfd.readouterr() == ("", "")


def test_what_ends_by_an_exception_or_is_killed_is_no_exit_code_of_the_commands(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    instead(monkeypatch, "raise ValueError('broken')")
    with pytest.raises(AssertionError, match="ValueError: broken"):
        command.run()
    instead(monkeypatch, "import os; os.kill(os.getpid(), 9)")
    assert command.run().returncode == -9


@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
def test_what_does_not_end_is_ended_with_what_it_started(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    instead(monkeypatch, "import os, time; pid = os.fork(); print(os.getpgid(0), flush=True);"
                         "time.sleep(60)")  # fmt: skip
    began = time.monotonic()
    with pytest.raises(AssertionError, match=r"not ended after 0\.5 s") as said:
        command.run(timeout=0.5)
    assert time.monotonic() - began < 10
    first, second = (int(line) for line in str(said.value).splitlines()[1:3])
    assert first == second != os.getpgid(0)
    with pytest.raises(ProcessLookupError):
        for _ in range(500):  # until the kernel has ended both
            os.killpg(first, 0)
            with suppress(ChildProcessError):  # where another test adopts orphans, it is ours
                os.waitpid(-first, os.WNOHANG)
            time.sleep(0.01)
