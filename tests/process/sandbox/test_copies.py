"""No copy of the kit is readable in a child, wherever on the way to modules it lies."""

import sys
from pathlib import Path

import pytest

from grader.process.sandbox.landlock import _copies, _without, readable

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the sandbox takes Linux")
COPIES = (
    "site/grader/_kit/solutions/exercise1.py",
    "site/solutions/exercise1.py",
    "site/handgrad-0.1-py3.11.egg",
    "site/deep/grader/solutions/exercise1.py",
)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in (*COPIES, "site/torch/__init__.py", "site/deep/other.py", "site/single.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    (tmp_path / "site/linked").symlink_to(tmp_path / "site/grader")
    return tmp_path


def test_what_is_beside_a_copy_stays_readable(tree: Path) -> None:
    closed = _copies([tree / "site", tree / "site/deep"])
    found = {str(path.relative_to(tree)) for path in _without(tree, closed)}
    assert found == {"site/torch", "site/deep/other.py", "site/single.py"}


def test_without_a_copy_a_folder_is_one_rule(tree: Path) -> None:
    assert list(_without(tree / "site/torch", _copies([tree / "site"]))) == [tree / "site/torch"]


def test_no_path_that_a_child_reads_is_or_holds_a_copy() -> None:
    for entry in map(Path, (*sys.path, *readable())):
        for copy in (*entry.glob("grader"), *entry.glob("solutions"), *entry.glob("_kit")):
            at = copy.resolve()
            assert not any(at.is_relative_to(path) for path in readable()), at
