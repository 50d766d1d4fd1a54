"""What no one thought of ends with exit code 3 and its traceback, never with 1 or 0."""

import pytest
from click.testing import CliRunner

from grader.cli import main
from grader.workspace import kit


def test_a_fault_of_the_graders_own_is_exit_code_3(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(above: bool) -> kit.Kit:
        raise RuntimeError("planted")

    monkeypatch.setattr(kit, "find_kit", broken)
    done = CliRunner().invoke(main, ["exercise1"])
    assert done.exit_code == 3
    assert done.stdout == ""
    assert done.stderr.startswith("Traceback")
    assert 'RuntimeError("planted")' in done.stderr
    last = done.stderr.splitlines()[-1]
    assert last.startswith("Error: The grader failed (RuntimeError: planted)")


def test_ctrl_c_is_no_failure_of_the_grader(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(above: bool) -> kit.Kit:
        raise KeyboardInterrupt

    monkeypatch.setattr(kit, "find_kit", interrupted)
    done = CliRunner().invoke(main, ["exercise1"])
    assert done.exit_code == 1
    assert done.stderr.endswith("\nStopped: main exercise1\n")
