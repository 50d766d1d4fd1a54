"""Set before any test imports torch: its plain kernels and one thread, as `grade` itself has it.

A process forked from one whose torch has run on several threads may wait for them for ever.
"""

import os
import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from grader.report import Report
    from grader.workspace.kit import Kit

os.environ["ATEN_CPU_CAPABILITY"] = "default"
os.environ["OMP_NUM_THREADS"] = "1"

import grader.classroom.crew
import grader.process.bootstrap
import grader.process.grading_process
import grader.process.launcher as launching
from tests import command

# A warm process is a fork of the test's, which has torch already, and much besides; those of
# tests/process/test_canaries.py and tests/attacks are made as the command makes them.
launching.new_warm_process = launching.forked
grader.process.bootstrap.check_held = lambda: None
# A class's workers are too, where the command itself is not started: tests/classroom/test_class.py.
if sys.version_info < (3, 13):  # there, what a thread has forked is told of no signal
    grader.process.grading_process.new_process = command.new_process  # type: ignore[assignment]
grader.classroom.crew.TorchProcess = nullcontext  # type: ignore[assignment, misc]

pytest_plugins = ["pytester"]  # a pytest inside a test, for what the plugin does


@pytest.fixture(scope="session")
def grade_text() -> "Callable[..., Report]":
    """tests.grading.grade: one import of torch, one warm process, for as many as a session has.

    grade_text(source, exercise="exercise1", seed=2147483647, timeout=10.0, file="answer.py")
    """
    from tests import grading

    def grade(source: str | bytes, exercise: str = "exercise1", **options: Any) -> "Report":
        return grading.grade(exercise, source, **options)

    return grade


def pytest_sessionfinish() -> None:
    """Ends the process's warm grader, where a test started it."""
    from tests import grading

    grading.close()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "Kit":
    """A kit, and the working directory in it."""
    from grader.workspace import kit

    kit.lay_out(tmp_path)
    monkeypatch.chdir(tmp_path)
    return kit.Kit(tmp_path)
