"""What a worker is told: a file's name leads nowhere else, and any system takes it."""

import os
from pathlib import Path

import pytest

from grader.classroom.task import Task


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("ada/exercise1.py", "ada/exercise1.py"),
        ("../../etc/x.py", "_/_/etc/x.py"),
        ("/a\n:*/x.py", "_/a___/x.py"),
        # As long as a platform makes them: a report names the file by its own name.
        (f"{'n' * 80}_40777_910273_makemore.ipynb", f"{'n' * 80}_40777_910273_makemore.ipynb"),
    ],
)
def test_a_name_leads_nowhere_else(name: str, safe: str) -> None:
    assert Task.of("exercise1", name, b"").safe_name == safe


@pytest.mark.parametrize("name", ["é" * 300 + ".py", "d/" * 3000 + "x.py", "\ud800/x.py"])
def test_any_name_can_be_written(name: str, tmp_path: Path) -> None:
    path = tmp_path / Task.of("exercise1", name, b"").safe_name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    assert path.suffix == ".py" and len(os.fsencode(path)) < 4000
