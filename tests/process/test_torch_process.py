"""One import of torch for several processes that grade: each starts from nothing, and ends."""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.process.grading_process import GradingProcess, Lost
from grader.process.torch_process import Forked, TorchProcess
from tests.proc import status_of

MODULE = "answers_in_a_test"
ANSWERS = """\
import json, os, sys

def main():
    print("said", file=sys.stderr)
    for line in sys.stdin:
        asked = json.loads(line)
        if asked == "end":
            raise SystemExit("it had enough")
        told = {"torch": "torch" in sys.modules, "folder": os.getcwd(), "argv": sys.argv[1:],
                "variables": sorted(os.environ), "parent": os.getppid(), "pid": os.getpid(),
                "session": os.getsid(0), "descriptors": len(os.listdir("/proc/self/fd")) - 1,
                "grader": [name for name in sys.modules if name.startswith("grader.cour")]}
        print(json.dumps(told), flush=True)
"""

pytestmark = pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="it takes Linux")


@pytest.fixture
def forks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TorchProcess]:
    (tmp_path / f"{MODULE}.py").write_text(ANSWERS)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("SOMETHING", "to be forgotten")
    with TorchProcess() as forks:
        yield forks


def started(forks: TorchProcess, folder: Path) -> GradingProcess:
    folder.mkdir(exist_ok=True)
    return GradingProcess(MODULE, folder=folder, forks=forks)


def runs(pid: int) -> bool:
    """Not where it has ended and was not reaped yet."""
    try:
        return status_of(pid).state != "Z"
    except OSError:
        return False


def descriptors() -> set[str]:
    return {path.name for path in Path("/proc/self/fd").iterdir()}


def none_is_left(*pids: int) -> bool:
    """Soon."""
    deadline = time.monotonic() + 10
    while any(map(runs, pids)) and time.monotonic() < deadline:
        time.sleep(0.01)
    return not any(map(runs, pids))


def test_each_has_torch_and_its_own_streams_folder_and_session_and_no_more(
    forks: TorchProcess, tmp_path: Path
) -> None:
    processes = [started(forks, tmp_path / name) for name in ("a", "b")]
    told: list[dict[str, Any]] = [process.ask("who") for process in processes]
    for facts, name in zip(told, ("a", "b"), strict=True):
        assert facts["folder"] == str(tmp_path / name)
        assert facts["torch"]
        assert facts["argv"] == facts["grader"] == []
        assert "SOMETHING" not in facts["variables"]
        assert facts["descriptors"] == 3
        assert facts["session"] == facts["pid"]
    assert told[0]["parent"] == told[1]["parent"] != os.getpid()
    for process in processes:
        process.close()
        assert not process.runs
    assert none_is_left(*(facts["pid"] for facts in told))


def test_one_that_ends_says_why_and_another_takes_its_place(
    forks: TorchProcess, tmp_path: Path
) -> None:
    process = started(forks, tmp_path / "a")
    assert process.runs
    with pytest.raises(Lost, match="it had enough"):
        process.ask("end")
    assert not process.runs
    process.close()
    process = started(forks, tmp_path / "a")
    os.kill(process.ask("who")["pid"], signal.SIGKILL)
    with pytest.raises(Lost, match=r"^said$"):
        process.ask("who")
    process.close()
    process = started(forks, tmp_path / "a")
    pid = process.ask("who")["pid"]
    process.kill()
    process.close()
    assert none_is_left(pid)


def test_where_it_has_died_an_interpreter_is_started(forks: TorchProcess, tmp_path: Path) -> None:
    first = started(forks, tmp_path / "a")
    os.kill(first.ask("who")["parent"], signal.SIGKILL)
    (tmp_path / f"{MODULE}.py").write_text(f"{ANSWERS}\nmain()\n")
    second = started(forks, tmp_path / "b")
    facts = second.ask("who")
    assert facts["parent"] == os.getpid()
    assert first.ask("who")["torch"]  # it was not its own death
    first.close()
    second.close()


def test_one_that_was_silent_is_not_asked_again(forks: TorchProcess, tmp_path: Path) -> None:
    """Its late answer would be taken for the next one's."""
    process = started(forks, tmp_path / "a")
    parent = process.ask("who")["parent"]
    os.kill(parent, signal.SIGSTOP)
    forks._control.settimeout(0.5)
    with (tmp_path / "said").open("wb") as said:
        with pytest.raises(TimeoutError):
            forks.start(MODULE, said, tmp_path)
        os.kill(parent, signal.SIGCONT)
        with pytest.raises(OSError, match="Bad file descriptor"):
            forks.start(MODULE, said, tmp_path)
    process.close()
    assert forks._process.wait(10) == 0  # though nobody was there to take its answer


NO_MORE = """
import os, socket, subprocess, sys
from grader.process import torch_process

def fork():
    raise BlockingIOError("no more processes")

subprocess.Popen(["sleep", "40"])  # one that it had forked before
os.fork, torch_process.load_torch = fork, lambda: None
torch_process.serve(socket.socket(fileno=int(sys.argv[1])))
"""


def test_one_that_can_fork_no_more_says_so_at_once_and_nothing_else() -> None:
    """An interpreter is started instead, or says why it cannot be."""
    here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with there:
        process = subprocess.Popen(
            [sys.executable, "-c", NO_MORE, str(there.fileno())],
            pass_fds=[there.fileno()], stderr=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
    with here, process:
        here.settimeout(20)
        socket.send_fds(here, [b"module"], [1])
        try:
            assert here.recv(1) == b""
        finally:
            os.killpg(process.pid, signal.SIGKILL)
        assert process.communicate()[1] == b""


def test_none_is_left_where_whoever_asked_is_killed(tmp_path: Path, forks: TorchProcess) -> None:
    here, there = os.pipe()
    pid = os.fork()
    if pid == 0:
        with TorchProcess() as others:
            process = started(others, tmp_path / "a")
            facts = process.ask("who")
            os.write(there, f"{facts['pid']} {facts['parent']}".encode())
            signal.pause()
    found = [int(number) for number in os.read(here, 100).split()]
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    os.close(here)
    os.close(there)
    assert none_is_left(*found)


def test_where_none_is_started_no_descriptor_is_left_open(
    forks: TorchProcess, tmp_path: Path
) -> None:
    before = descriptors()
    with (tmp_path / "said").open("wb") as said, pytest.raises(FileNotFoundError):
        forks.start(MODULE, said, tmp_path / "absent")
    assert descriptors() == before


def test_it_is_not_closed_while_it_is_killed(
    forks: TorchProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = started(forks, tmp_path / "a")
    os.kill(process.ask("who")["pid"], signal.SIGKILL)
    waiting = threading.Thread(target=process._process.wait)
    send = signal.pidfd_send_signal

    def slowly(pidfd: int, number: int) -> None:
        waiting.start()
        waiting.join(0.5)
        send(pidfd, number)  # type: ignore[arg-type]

    monkeypatch.setattr(signal, "pidfd_send_signal", slowly)
    process.kill()
    waiting.join()
    assert not process.runs
    process.close()


def test_it_is_waited_for_where_a_thousand_descriptors_are_open(tmp_path: Path) -> None:
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 2048:
        pytest.skip("the system grants no more descriptors")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2048), hard))
    own = os.pidfd_open(os.getpid())
    try:
        with (tmp_path / "said").open("w+b") as pipe:
            forked = Forked(pipe, pipe, fcntl.fcntl(own, fcntl.F_DUPFD_CLOEXEC, 1024))
            with pytest.raises(subprocess.TimeoutExpired):
                forked.wait(0.0)
            assert forked._pidfd is not None
            os.close(forked._pidfd)
    finally:
        os.close(own)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
