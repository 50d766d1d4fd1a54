"""A child starts from nothing: what it is not to know is nowhere in it, on no way there is."""

import os
import re
import sys
from pathlib import Path

import pytest

from grader.errors import GraderFailure
from grader.process import bootstrap
from grader.process.attempt import Attempt
from grader.process.held import HoldsMore, check_held
from grader.process.launcher import start_launcher
from grader.protocol.messages import Setup
from tests.process.canaries import EVERYTHING, copy_of_the_kit, leak, look

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is no fork")


@pytest.mark.parametrize("way", EVERYTHING)
def test_no_canary_is_in_a_child(way: str, tmp_path: Path) -> None:
    assert look(copy_of_the_kit(tmp_path), way) == {}


@pytest.mark.parametrize("way", EVERYTHING)
def test_a_leak_is_seen(way: str, tmp_path: Path) -> None:
    """Forked from a process that has read its call, a child holds all of them."""
    kit = copy_of_the_kit(tmp_path)
    leak(kit)
    found = look(kit, way, leaks=True)
    assert found["by_memory"] >= EVERYTHING[way] | {"mapped"}
    assert "option" in found["by_frames"]
    assert {"course", "names", "seed"} <= found["by_objects"]


@pytest.mark.parametrize(
    ("planted", "said"),
    [
        ('sys.modules["grader.course.exercise1"] = sys', "grader.course.exercise1"),
        ('sys.argv.append("--seed=7")', "--seed=7"),
        ('os.environ["TOKEN"] = "x"', "TOKEN"),
        ("pass", "test_canaries.py"),  # the stack of this test
    ],
)
def test_a_child_is_held_to_the_list(
    planted: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        for name in [name for name in sys.modules if name.partition(".")[0] == "grader"]:
            patch.delitem(sys.modules, name)
        patch.setattr(sys, "argv", ["grade"])
        for name in list(os.environ):
            patch.delenv(name)
        patch.setitem(sys.modules, "os", os)
        exec(planted, {"sys": sys, "os": os})
        with pytest.raises(HoldsMore, match=re.escape(said)) as raised:
            check_held()
        sys.modules.pop("grader.course.exercise1", None)
        os.environ.pop("TOKEN", None)
    assert "grader.errors" not in str(raised.value)


def test_untrusted_code_is_refused_where_a_child_holds_more() -> None:
    """The warm process of these tests is a fork of theirs, which its stack shows."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bootstrap, "check_held", check_held)
        launcher = start_launcher()
        launcher.require_all = True
        try:
            attempt = Attempt(launcher, Setup("", "answer.py", 1.0, "function", ()))
            with pytest.raises(GraderFailure, match="a child holds what it should not"), attempt:
                pass
        finally:
            launcher.close()
