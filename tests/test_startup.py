"""What never imports torch: help, the learner's commands, and calls that fail before grading."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# The command runs as its script runs it; what it leaves in sys.modules decides.
CALL = """
import sys
sys.argv[0] = "grade"
from grader.cli import main
try:
    main()
finally:
    heavy = {"torch", "numpy", "rich", "pytest", "safetensors"} & set(sys.modules)
    assert not heavy, f"imported: {sorted(heavy)}"
    print("none of them", file=sys.stderr)
"""


def call(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", CALL, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ("--help", 0),
        ("exercise1 --help", 0),
        ("--version", 0),
        ("list", 0),
        ("solution exercise1", 0),
        ("solution exercise1 dcounts", 0),
        ("hint exercise1 dcounts", 0),
        ("explain", 0),
        ("lesson exercise1", 0),
        ("explain wrong-factor", 0),
        ("dialect", 0),
        ("reset exercise1", 0),
        ("init another", 0),
        ("dev --help", 0),
        ("exercise33", 2),
        ("exercise1 --no-such-option", 2),
        ("exercise1 --submission nowhere.py", 2),
        ("exercise1 --names nowhere.txt", 2),
        ("exercise1 --train", 2),
    ],
)
def test_torch_is_not_imported(arguments: str, status: int, tmp_path: Path) -> None:
    (tmp_path / "exercises").mkdir()
    stub = tmp_path / "exercises" / "exercise1.py"
    stub.write_text((ROOT / "exercises" / "exercise1.py").read_text())
    done = call(tmp_path, *arguments.split())
    assert done.stderr.endswith("none of them\n"), done.stderr
    assert done.returncode == status, done.stderr


def test_without_numpy_nothing_is_said_about_it() -> None:
    """The kit does not depend on numpy, and torch warns where there is none."""
    script = 'import sys; sys.modules["numpy"] = None; from grader.cli import main; main()'
    done = subprocess.run(
        [sys.executable, "-c", script, "exercise2", "--submission", "solutions/exercise2.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert done.returncode == 0
