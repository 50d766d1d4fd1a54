"""Both launchers run a submission; a warm process that dies or goes silent is replaced."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

import grader.process.launcher as launching
import grader.process.warm_process as warm_process
from grader.errors import GraderFailure
from grader.process.attempt import Attempt
from grader.process.large_pages import gather
from grader.process.launcher import ChildLauncher, FreshInterpreters, WarmProcess
from grader.process.signals import kill
from grader.process.warm_process import ANSWER
from grader.protocol.messages import Answer, Ended, Request, Setup
from grader.render.messages import ended_sentence
from grader.rows import Row
from tests.process.left_behind import command_of, descendants, nothing_left_behind

SOURCE = "print('said')\ndef backward(a):\n    da = a * 3\n    return locals()\n"
LOOP = "def backward(a):\n    while True: pass\n"


@pytest.fixture(autouse=True)
def leaves_no_process() -> Iterator[None]:
    with nothing_left_behind():
        yield


@pytest.fixture
def warm() -> Iterator[WarmProcess]:
    launcher = WarmProcess()
    yield launcher
    launcher.close()


def attempt_at(launcher: ChildLauncher, source: str = SOURCE, timeout: float = 20.0) -> Attempt:
    return Attempt(launcher, Setup(source, "answer.py", timeout, "function", (Row("a"),)))


def ask(running: Attempt) -> Answer | Ended:
    return running.ask(Request({"a": torch.ones(2)}, {}, float64=False))


def works(launcher: ChildLauncher) -> bool:
    with attempt_at(launcher) as running:
        answer = ask(running)
    return isinstance(answer, Answer) and answer.gradients["a"].tolist() == [3.0, 3.0]


@pytest.mark.parametrize("kind", [WarmProcess, FreshInterpreters])
def test_both_launchers_run_a_submission(kind: type[WarmProcess | FreshInterpreters]) -> None:
    launcher: ChildLauncher = kind()
    try:
        with attempt_at(launcher) as running:
            for _ in range(2):
                answer = ask(running)
                assert isinstance(answer, Answer), ended_sentence(answer)
                assert answer.gradients["a"].tolist() == [3.0, 3.0]
        assert running.closed().output == "said\n"  # once, for the first call
    finally:
        launcher.close()


def test_who_has_started_many_children_gathers_its_memory_once_and_starts_more(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def told() -> None:
        gather()
        with (tmp_path / "gathered").open("a") as file:
            file.write("x")

    monkeypatch.setattr(warm_process, "MANY", 2)
    monkeypatch.setattr(warm_process, "gather", told)
    launcher = WarmProcess()
    try:
        assert all(works(launcher) for _ in range(4))
    finally:
        launcher.close()
    assert (tmp_path / "gathered").read_text() == "x"


@pytest.mark.parametrize("pid", [1, 0, -1, -4000])
def test_no_pid_below_two_is_ever_signalled(pid: int, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[int] = []
    for call in ("kill", "killpg"):
        monkeypatch.setattr(os, call, lambda to, number: sent.append(to))
    for group in (False, True):
        with pytest.raises(ValueError, match="is not the pid of a child"):
            kill(pid, group)
    assert sent == []


def test_a_warm_process_that_was_killed_is_replaced(warm: WarmProcess) -> None:
    before = warm.pid
    assert before is not None
    os.kill(before, signal.SIGKILL)
    assert works(warm)
    assert warm.pid not in (None, before)


def test_the_replacement_is_a_new_interpreter(warm: WarmProcess) -> None:
    """Not a fork of the grader, which may hold references by then."""
    assert warm.pid is not None
    os.kill(warm.pid, signal.SIGKILL)
    assert works(warm)
    assert warm.pid is not None
    assert " -P -m grader.process.warm_process " in command_of(warm.pid)


def test_one_that_is_silent_is_given_up_and_replaced(
    warm: WarmProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert works(warm)
    assert warm.pid is not None
    warm._server.control.settimeout(0.3)  # type: ignore[union-attr]
    os.kill(warm.pid, signal.SIGSTOP)
    begun = time.monotonic()
    with pytest.raises(GraderFailure, match="timed out"), attempt_at(warm):
        pass
    assert time.monotonic() - begun < 5
    assert warm.pid is None
    assert works(warm)


def test_an_answer_to_another_request_is_not_taken(warm: WarmProcess) -> None:
    assert works(warm)
    assert warm._server is not None
    warm._server.control.close()
    warm._server.control, there = launching._control_sockets()
    there.send(ANSWER.pack(1, 4000))
    with pytest.raises(GraderFailure, match="answer 1 to request 3"), attempt_at(warm):
        pass
    there.close()
    assert works(warm)


def test_a_child_does_not_outlive_the_warm_process(warm: WarmProcess) -> None:
    with attempt_at(warm, LOOP) as running:
        child = running._pid
        assert child in descendants()
        warm_pid = warm.pid
        assert warm_pid is not None
        os.kill(warm_pid, signal.SIGKILL)
        answer = ask(running)
    assert answer == Ended("cut_off", "SIGKILL")
    assert works(warm)


def loaded(launcher: ChildLauncher) -> set[str]:
    """Of the grader, in a child."""
    code = "import sys\nprint(*[name for name in sys.modules if name.startswith('grader')])\n"
    with attempt_at(launcher, code + SOURCE.partition("\n")[2]) as running:
        assert isinstance(ask(running), Answer)
    return set(running.closed().output.split())


def test_a_child_holds_what_it_imports_and_no_more_of_the_grader(warm: WarmProcess) -> None:
    import grader.grading  # noqa: F401  what is in this process is not to be in the child

    code = (
        "import sys, grader.child.serve, grader.kinds.drivers\n"
        "print(*[name for name in sys.modules if name.startswith('grader')])"
    )
    fresh = subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True
    )
    assert loaded(warm) == set(fresh.stdout.split())
    assert "grader.judge" not in fresh.stdout
    assert "grader.course" not in fresh.stdout
