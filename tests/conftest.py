"""Set before any test imports torch: its plain kernels and one thread, as `grade` itself has it.

A process forked from one whose torch has run on several threads may wait for them for ever.
"""

import os
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from grader.report import Report
    from grader.workspace.kit import Kit

os.environ["ATEN_CPU_CAPABILITY"] = "default"
os.environ["OMP_NUM_THREADS"] = "1"

pytest_plugins = ["pytester"]  # a pytest inside a test, for what the plugin does


@pytest.fixture(scope="session")
def grade_text(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Callable[..., Report]]":
    """Grade a source text: one import of torch, one warm process, for as many as a session has.

    grade_text(source, exercise="exercise1", seed=2147483647, timeout=10.0, file="answer.py")
    """
    from grader.course.exercise import load_exercise
    from grader.course.names import NameData, read_names
    from grader.grading import Grader, Options
    from grader.syntax.submission import read_submission
    from grader.workspace import kit

    folder = tmp_path_factory.mktemp("submissions")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of fork, where pytest has threads
        grader = Grader(NameData(read_names(kit.NAMES)), Options())

    def grade(
        source: str | bytes, exercise: str = "exercise1", file: str = "answer.py", **options: float
    ) -> "Report":
        path = folder / file
        path.write_bytes(source if isinstance(source, bytes) else source.encode("utf-8"))
        grader.options = replace(Options(), **options)
        return grader.grade(load_exercise(exercise), read_submission(Path(path)))

    with grader:
        yield grade


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "Kit":
    """A kit, and the working directory in it."""
    from grader.workspace import kit

    kit.lay_out(tmp_path)
    monkeypatch.chdir(tmp_path)
    return kit.Kit(tmp_path)
