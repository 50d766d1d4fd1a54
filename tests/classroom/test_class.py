"""grade class, as a whole: from files to a gradebook, and through what may happen on the way."""

import errno
import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from sqlite3 import OperationalError, connect
from typing import Any

import pytest

from grader.classroom.crew import share
from grader.classroom.entries import Refused
from grader.classroom.find import find
from grader.classroom.task import Settings, Task
from grader.classroom.worker import graded_in, open_grader
from grader.cli.classroom import with_digests
from grader.course.exercise import load_exercise
from grader.course.names import NameData, read_names
from grader.grading import Grader, Options
from grader.process import grading_process
from grader.process.attempt import Attempt
from grader.protocol.messages import Answer, Ended, Request
from grader.syntax.submission import read_submission
from grader.workspace import kit
from tests import command
from tests.proc import parents

WORKED = kit.solution_source("exercise2")
SEED = 20
CLASS = {
    "alice": WORKED,
    "bob": WORKED.replace("/= n", "/= 32"),
    "carol": WORKED.replace("-= 1", "-= 2"),
    "dave": "def backward(logits):\n    return locals()\n",
    "erin": "def backward(:\n",
    "frank": "import os\ndef backward(logits):\n    os._exit(0)\n",
    "grace": "def backward(logits):\n    while True: pass\n",
    "heidi": "def backward(logits):\n    dlogits = nothing\n    return locals()\n",
    "ivan": "import os\ndef backward(logits):\n    os.kill(os.getpid(), 9)\n",
    "=judy": WORKED.replace("dlogits /= n", "dlogits = dlogits.exp() / n"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "handed in"
    for name, source in CLASS.items():
        (root / name).mkdir(parents=True)
        (root / name / "exercise2.py").write_text(source)
    with zipfile.ZipFile(root / "mallory.zip", "w") as archive:
        archive.writestr("exercise2.py", WORKED)
        archive.writestr("../exercise2.py", WORKED)
    (root / "course.toml").write_text(f"seed = {SEED}\ntimeout = 0.5\n")
    return root


def call(folder: Path, *options: str) -> list[str]:
    policy = str(folder / "course.toml")
    words = ["class", str(folder), "--exercise", "exercise2", "--policy", policy]
    out = ["--out", str(folder.parent / "out"), "--jobs", "1"]
    return [*words, *out, *options]


@contextmanager
def started(folder: Path, *options: str, **streams: Any) -> Iterator[subprocess.Popen[str]]:
    """As from a terminal: in the background of a shell without one, a Ctrl-C is ignored."""
    answers_ctrl_c = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    words = [sys.executable, "-m", "grader", *call(folder, *options)]
    with subprocess.Popen(
        words, text=True, preexec_fn=answers_ctrl_c, env=environment, **streams
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def run(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return command.run(*call(folder, *options))


@pytest.fixture
def new_interpreters(monkeypatch: pytest.MonkeyPatch) -> None:
    """The workers are not forks of the test's process, as they are in other tests."""
    monkeypatch.setattr(grading_process, "new_process", subprocess.Popen)


def kept(folder: Path) -> dict[str, dict[str, Any]]:
    with closing(connect(folder.parent / "out" / "class.db")) as connection:
        rows = connection.execute("SELECT student, report FROM results").fetchall()
    return {name: json.loads(zlib.decompress(report)) for name, report in rows}


def verdicts(report: dict[str, Any]) -> list[Any]:
    found = [(g["name"], g["verdict"], g["line"], g["diagnosis"]) for g in report["gradients"]]
    return [report["passed"], report["score"], *found]


def alone(tmp_path: Path) -> dict[str, list[Any]]:
    options = Options(seed=SEED, timeout=0.5, untrusted=True)
    found = {}
    with Grader(NameData(read_names(kit.NAMES)), options) as grader:
        for name, source in CLASS.items():
            path = tmp_path / "alone.py"
            path.write_text(source)
            report = grader.grade(load_exercise("exercise2"), read_submission(path))
            found[name] = verdicts(json.loads(json.dumps(report.as_json())))
    return found | {"mallory": found["alice"]}


def test_a_class_gets_what_each_gets_alone(folder: Path, tmp_path: Path) -> None:
    ended = run(folder)
    assert ended.returncode == 0, ended.stderr
    found = {name: verdicts(report) for name, report in kept(folder).items()}
    assert found == alone(tmp_path)
    assert "11 files of 11 students (exercise2: 11)." in ended.stdout
    assert "mallory.zip/../exercise2.py: its path leads out of the archive" in ended.stdout
    assert "exercise2: 2 of 11 passed." in ended.stdout
    table = (tmp_path / "out" / "gradebook.csv").read_text().splitlines()
    assert table[0] == "student,id,exercise2,exercise2 out of,exercise2 passed,total,out of"
    assert table[1:3] == ["'=judy,,0,1,no,0,1", "alice,,1,1,yes,1,1"]
    # A second time there is nothing to do, and the tables are the same to the byte.
    before = [(tmp_path / "out" / name).read_bytes() for name in ("gradebook.csv", "results.csv")]
    again = run(folder)
    assert "0 graded now." in again.stdout
    after = [(tmp_path / "out" / name).read_bytes() for name in ("gradebook.csv", "results.csv")]
    assert before == after
    # What changed is graded, and whoever is named.
    (folder / "dave" / "exercise2.py").write_text(WORKED)
    assert "2 graded now." in run(folder, "--rerun", "alice").stdout


def test_what_is_handed_in_later_is_graded_when_it_comes(folder: Path, tmp_path: Path) -> None:
    for name in CLASS:
        if name != "alice":
            (folder / name / "exercise2.py").unlink()
    said = tmp_path / "said"
    with said.open("w") as output, started(folder, "--watch", stdout=output) as process:
        until(lambda: "Watching" in said.read_text(), 60.0)
        (folder / "bob" / "exercise2.py").write_text(WORKED)
        until(lambda: "1 graded now." in said.read_text().partition("Watching")[2], 60.0)
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
    assert "No longer watching." in said.read_text()
    assert {name: report["passed"] for name, report in kept(folder).items()} == {
        "alice": True,
        "bob": True,
        "mallory": True,
    }


def test_a_run_that_is_killed_goes_on_where_it_was(folder: Path, tmp_path: Path) -> None:
    expected = alone(tmp_path)
    for more in (1, 3):
        with started(folder, stdout=subprocess.DEVNULL):
            until(partial(has_kept, folder, more), 60.0)
    some = kept(folder)
    assert len(some) >= 3
    ended = run(folder)
    assert f"{len(CLASS) + 1 - len(some)} graded now." in ended.stdout
    assert {name: verdicts(report) for name, report in kept(folder).items()} == expected


def test_ctrl_c_says_that_what_was_graded_is_kept(folder: Path) -> None:
    with started(folder, stderr=subprocess.PIPE) as process:
        until(partial(has_kept, folder, 1), 60.0)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
    assert process.returncode == 1
    assert said == "Stopped. What was graded is kept: the same call continues.\n"


def has_kept(folder: Path, count: int) -> bool:
    try:
        return len(kept(folder)) >= count
    except OperationalError:  # there is no folder yet, or no table
        return False


def until(true: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


SETTINGS = Settings(read_names(kit.NAMES), SEED, strict=False, timeout=2.0, untrusted=True)
SLOW = WORKED.replace("    dlogits /= n", "    for _ in range(3_000_000): pass\n    dlogits /= n")


def processes_of(parent: int) -> Iterator[int]:
    return (pid for pid, of in parents().items() if of == parent)


@pytest.mark.usefixtures("new_interpreters")
@pytest.mark.parametrize("which", ["the worker", "its warm process", "the child"])
def test_a_process_that_is_killed_costs_no_submission(which: str) -> None:
    tasks = [Task.of("exercise2", f"{at}/exercise2.py", SLOW.encode()) for at in range(3)]
    answers = []
    for done in share(tasks, lambda task: task, SETTINGS, 1):
        answers.append(done)
        if len(answers) < len(tasks):  # in the middle of the next one
            (worker,) = (pid for pid in processes_of(os.getpid()) if is_worker(pid))
            warm = next(iter(processes_of(worker)))
            if which == "the child":
                until(partial(has_a_child, warm), 10.0)
            pids = {"the worker": worker, "its warm process": warm}
            os.kill(pids.get(which) or next(processes_of(warm)), signal.SIGKILL)
    assert [done.of.name for done in answers] == [task.name for task in tasks]
    assert [done.answer["report"]["passed"] for done in answers] == [True] * 3


def test_a_child_that_is_killed_at_any_call_is_asked_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The later calls say what each line is worth by itself: without them one is judged amiss."""
    monkeypatch.chdir(tmp_path)
    asked, at, ask = list[int](), -1, Attempt.ask

    def killed_once(attempt: Attempt, request: Request) -> Answer | Ended:
        asked.append(attempt._pid)
        if len(asked) == at:
            os.kill(attempt._pid, signal.SIGKILL)
        return ask(attempt, request)

    monkeypatch.setattr(Attempt, "ask", killed_once)
    wrong = WORKED.replace("dlogits = F.softmax(logits, 1)", "dlogits = 2 * F.softmax(logits, 1)")
    task = Task.of("exercise2", "alice/exercise2.py", wrong.encode())
    with open_grader(SETTINGS) as grader:
        usual = verdicts(graded_in(grader, task)["report"])
        calls = len(asked)
        assert calls > 2
        for at in range(1, calls + 1):
            asked.clear()
            assert verdicts(graded_in(grader, task)["report"]) == usual
            assert len({*asked} - {0}) == 2, f"it was not asked again after call {at} of {calls}"


def has_a_child(pid: int) -> bool:
    return any(processes_of(pid))


def is_worker(pid: int) -> bool:
    return b"grader.classroom.worker" in Path(f"/proc/{pid}/cmdline").read_bytes()


def test_what_cannot_be_graded_is_named_and_stops_nobody_else() -> None:
    tasks = [
        Task.of("exercise33", "eve/exercise33.py", b"pass"),
        Task.of("exercise2", "alice/exercise2.py", WORKED.encode()),
        Task.of("exercise2", "../../x\n/exercise2.py", WORKED.encode()),
    ]
    answers = {done.of.name: done.answer for done in share(tasks, lambda one: one, SETTINGS, 2)}
    assert answers["alice/exercise2.py"]["report"]["passed"]
    assert answers["../../x\n/exercise2.py"]["report"]["passed"]
    assert answers["../../x\n/exercise2.py"]["report"]["submission"] == "_/_/x_/exercise2.py"
    assert "problem" in answers["eve/exercise33.py"]


def test_a_file_that_is_gone_by_then_is_named_and_stops_nobody_else() -> None:
    def task_of(name: str) -> Task:
        if name == "bob":
            raise FileNotFoundError(2, "No such file or directory")
        if name == "carol":
            raise Refused("it was changed")
        return Task.of("exercise2", f"{name}/exercise2.py", WORKED.encode())

    asked = ["bob", "carol", "alice"]
    found = {done.of: done.answer for done in share(asked, task_of, SETTINGS, 1)}
    assert found["alice"]["report"]["passed"]
    assert found["bob"] == {"problem": "cannot be read any more (No such file or directory)"}
    assert found["carol"] == {"problem": "it was changed"}


def test_a_file_that_changes_meanwhile_gets_no_result(folder: Path) -> None:
    """What would be kept as the result of other contents."""
    for name in CLASS:
        slow = SLOW if name == "alice" else WORKED
        (folder / name / "exercise2.py").write_text(slow)
    with started(folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        until(partial(has_kept, folder, 1), 60.0)
        (folder / "heidi" / "exercise2.py").write_text("def backward(:\n")
        _, said = process.communicate(timeout=60)
    assert process.returncode == 3
    assert "heidi/exercise2.py: it was changed while the class was graded; start again" in said
    assert kept(folder).keys() == CLASS.keys() - {"heidi"} | {"mallory"}
    table = (folder.parent / "out" / "gradebook.csv").read_text().splitlines()
    assert table[-1] == "heidi,,,,not graded,0,0"
    page = (folder.parent / "out" / "students" / "heidi.html").read_text()
    assert "it was changed while the class was graded; start again" in page


def test_where_no_process_can_be_started_nobody_is_left_out_silently(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryDirectory", full)
    asked = [Task.of("exercise2", "alice/exercise2.py", b""), Task.of("exercise2", "b.py", b"")]
    answers = [done.answer for done in share(asked, lambda one: one, SETTINGS, 2)]
    said = (
        "No process that grades can be started: No space left on device. Make room there, and "
        "call again: what was graded is kept."
    )
    assert answers == [{"problem": said, "for_all": True}] * 2


def test_a_worker_without_room_for_a_file_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Path, "write_bytes", full)
    with open_grader(SETTINGS) as grader:
        found = graded_in(grader, Task.of("exercise2", "alice/exercise2.py", WORKED.encode()))
    assert found["for_all"] and "No space left on device. Make room there" in found["problem"]


def test_a_course_may_allow_more_than_the_dialect() -> None:
    source = "import statistics\n" + WORKED.replace("/= n", "/= statistics.mean([n])")
    task = Task.of("exercise2", "alice/exercise2.py", source.encode())
    dialect = {"modules": {"statistics": ["mean"]}, "builtins": [], "attributes": []}
    passed = {}
    for settings in (SETTINGS, replace(SETTINGS, dialect=dialect)):
        (done,) = share([task], lambda task: task, settings, 1)
        passed[settings is SETTINGS] = done.answer["report"]["passed"]
    assert passed == {True: False, False: True}


@pytest.mark.usefixtures("new_interpreters")
def test_whoever_stops_asking_ends_the_workers_in_the_middle_of_what_they_do() -> None:
    endless = WORKED.replace("    return", "    while True: pass\n    return")
    sources = [WORKED, endless, endless]
    tasks = [Task.of("exercise2", f"{at}/exercise2.py", s.encode()) for at, s in enumerate(sources)]
    answers = share(tasks, lambda task: task, replace(SETTINGS, timeout=300.0), 2)
    next(answers)
    workers = [pid for pid in processes_of(os.getpid()) if is_worker(pid)]
    assert len(workers) == 2
    answers.close()
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers), 10.0)


def test_a_folder_and_an_archive_of_one_name_are_two_attempts(tmp_path: Path) -> None:
    (tmp_path / "ann").mkdir()
    (tmp_path / "ann" / "exercise2.py").write_text("first")
    with zipfile.ZipFile(tmp_path / "ann.zip", "w") as archive:
        archive.writestr("exercise2.py", "second")
    attempts, unread = with_digests(find(tmp_path, ["exercise2"], lambda _: ()))
    assert unread == [] and len({one.found.entry.name for one in attempts}) == 1
    assert {one.digest for one in attempts} == {
        hashlib.sha256(data).hexdigest() for data in (b"first", b"second")
    }
