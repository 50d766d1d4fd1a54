"""An attempt ends, and leaves nothing behind, whatever its child does with the pipes."""

import faulthandler
import itertools
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest
import torch

import grader.process.attempt
from grader.errors import GraderFailure
from grader.process.attempt import OUTPUT_CAP, REPLY_CAP, Attempt
from grader.process.launcher import Waiting, silently
from grader.process.signals import kill_whole
from grader.protocol.frames import LENGTH, pack
from grader.protocol.messages import Answer, Ended, Request, Setup
from grader.render.messages import ended_sentence
from grader.rows import Row
from tests.process.left_behind import nothing_left_behind

TIMEOUT = 0.2
REQUEST = Request({"a": torch.ones(2)}, {}, float64=False)
Script = Callable[[int, int, int], None]


@pytest.fixture(autouse=True)
def leaves_no_process() -> Iterator[None]:
    with nothing_left_behind():
        yield


@pytest.fixture(autouse=True)
def little_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grader.process.attempt, "GRACE", 0.3)


class Scripted:
    """A launcher whose children do with their three descriptors as a test tells them."""

    layers, require_all, memory_closed = (), False, False

    def __init__(self, script: Script) -> None:
        self.script = script
        self.waiting: Waiting = silently
        self.pids: list[int] = []

    def start(self, requests: int, replies: int, output: int, cpu: int) -> int:
        pid = os.fork()
        if pid == 0:
            self._run(requests, replies, output)
        self.pids.append(pid)
        return pid

    def _run(self, *descriptors: int) -> NoReturn:
        status = 9
        try:
            faulthandler.disable()  # pytest's: a child's end is no news
            os.setsid()
            theirs = [os.dup2(fd, 200 + at) for at, fd in enumerate(descriptors)]
            os.closerange(3, 200)  # a descriptor of the grader's kept here would hide an end
            self.script(*theirs)
            status = 0
        finally:
            os._exit(status)

    def end(self, pid: int) -> int:
        kill_whole(pid)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    def close(self) -> None:
        return


def setup(source: str = "", timeout: float = TIMEOUT) -> Setup:
    return Setup(source, "answer.py", timeout, "function", (Row("a"),))


def attempt(script: Script, calls: int = 1, timeout: float = TIMEOUT) -> Answer | Ended:
    """The last answer of `calls`; nothing of the child may be left."""
    launcher = Scripted(script)
    with Attempt(launcher, setup(timeout=timeout)) as running:
        answers = [running.ask(REQUEST) for _ in range(calls)]
    assert not any(alive(pid) for pid in launcher.pids)
    return answers[-1]


def alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def open_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def flood(at: int, piece: bytes = b"x" * 2**16) -> NoReturn:
    for _ in itertools.count():
        os.write(at, piece)
    raise AssertionError


def answering(times: int, then: Callable[[int], None] = lambda replies: None) -> Script:
    def script(requests: int, replies: int, output: int) -> None:
        os.read(requests, 2**16)
        os.write(replies, pack({}, {"a": torch.ones(2)}) * times)
        then(replies)

    return script


def read_on(requests: int) -> None:
    while os.read(requests, 2**16):
        pass


def kill(number: int) -> Script:
    return lambda *_: os.kill(os.getpid(), number)


def write(frame: bytes, wait: float = 60.0) -> Script:
    return lambda requests, replies, output: (os.write(replies, frame), time.sleep(wait))[1]


SCRIPTS: dict[str, tuple[Script, str]] = {
    "never reads nor answers": (lambda *_: time.sleep(60), "timeout"),
    "reads and never answers": (lambda requests, *_: read_on(requests), "timeout"),
    "prints for ever": (lambda requests, replies, output: flood(output), "flooded"),
    "an endless answer": (lambda requests, replies, output: flood(replies), "too_large"),
    "exits at once": (lambda *_: os._exit(3), "exited"),
    "exits well, unasked": (lambda *_: None, "exited"),
    "killed": (kill(signal.SIGKILL), "cut_off"),
    "aborts": (lambda *_: os.abort(), "signal"),
    "a signal without a name": (kill(40), "signal"),
    "closes its pipes": (lambda r, replies, o: (os.close(replies), time.sleep(60))[0], "cut_off"),
    "an empty frame": (write(LENGTH.pack(0)), "garbled"),
    "half a length": (write(b"\0\0", wait=0), "exited"),
    "half an answer": (write(LENGTH.pack(90) + b"{", wait=0), "exited"),
    "half an answer, then waits": (write(LENGTH.pack(90) + b"{"), "timeout"),
    "a length beyond the cap": (write(LENGTH.pack(REPLY_CAP + 1)), "too_large"),
    "bytes that are no frame": (write(LENGTH.pack(20) + b"\x1b[31m" * 4), "garbled"),
    "a tensor that nobody asked for": (write(pack({}, {"db": torch.ones(1)})), "garbled"),
}


@pytest.mark.parametrize("what", SCRIPTS)
def test_it_ends_as_it_should_and_leaves_nothing(what: str) -> None:
    script, how = SCRIPTS[what]
    before = open_descriptors()
    begun = time.monotonic()
    answer = attempt(script)
    assert isinstance(answer, Ended)
    assert answer.how == how
    assert "\x1b" not in ended_sentence(answer)
    assert time.monotonic() - begun < TIMEOUT + 10
    assert open_descriptors() == before


def test_a_child_that_answers_is_heard() -> None:
    answer = attempt(answering(1))
    assert isinstance(answer, Answer)
    assert answer.gradients["a"].tolist() == [1.0, 1.0]


def test_an_answer_that_nobody_asked_for_ends_it() -> None:
    ahead = attempt(answering(2, lambda _: time.sleep(60)), calls=2)
    assert ahead == Ended("garbled", "an answer that nobody asked for")


def test_a_child_that_dies_between_calls_is_noticed() -> None:
    def dies(requests: int, replies: int, output: int) -> None:
        answering(1)(requests, replies, output)
        os._exit(7)

    launcher = Scripted(dies)
    with Attempt(launcher, setup()) as running:
        assert isinstance(running.ask(REQUEST), Answer)
        os.waitid(os.P_PID, launcher.pids[0], os.WEXITED | os.WNOWAIT)
        assert running.ask(REQUEST) == Ended("exited", "exit code 7")


def test_prints_are_kept_up_to_the_cap_and_counted_beyond() -> None:
    def prints(requests: int, replies: int, output: int) -> None:
        os.write(output, b"\x1b[31m" + b"y" * 1_000_000 + b"\xff")
        answering(1)(requests, replies, output)

    with Attempt(Scripted(prints), setup(timeout=5.0)) as running:
        assert isinstance(running.ask(REQUEST), Answer)
    text = running.closed().output
    assert text.startswith("\\x1b[31myyy")
    assert f"{1_000_006 - OUTPUT_CAP:,} more bytes" in text
    assert len(text) < OUTPUT_CAP + 100


def test_printing_on_after_the_answer_does_not_hold_it_up() -> None:
    """The printer has left the child's group, where no kill reaches it.

    It ends when the grader closes its pipe. It has to close `tell` first: with a writer of its
    own it would wait for ever for a child that was killed before it told.
    """

    def leaves_a_printer(requests: int, replies: int, output: int) -> None:
        answered, tell = os.pipe()
        if os.fork() == 0:
            os.setsid(), os.close(tell), os.close(replies), os.read(answered, 1)
            flood(output)
        answering(1)(requests, replies, output)
        os.write(tell, b"x")
        time.sleep(60)

    begun = time.monotonic()
    answer = attempt(leaves_a_printer, timeout=5.0)
    assert isinstance(answer, Answer)
    assert time.monotonic() - begun < 4


def test_fifty_attempts_leak_no_descriptor_and_no_process() -> None:
    before = open_descriptors()
    for script in (answering(1), lambda *_: os._exit(3)):
        for _ in range(25):
            attempt(script)
    assert open_descriptors() == before


def test_a_launcher_that_starts_nothing_leaks_nothing() -> None:
    class Barren(Scripted):
        def start(self, requests: int, replies: int, output: int, cpu: int) -> int:
            raise GraderFailure("no process")

    before = open_descriptors()
    with pytest.raises(GraderFailure), Attempt(Barren(kill(9)), setup()):
        pass
    assert open_descriptors() == before


OUT_OF_TIME = {"raised": {"type": "OutOfTime", "message": "", "line": 1}}


def test_after_one_time_out_all_further_calls_share_a_short_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def late(requests: int, replies: int, output: int) -> None:
        for _ in itertools.count():  # as a child that has run out of time at every call
            os.read(requests, 2**16)
            time.sleep(0.2)
            os.write(replies, pack(OUT_OF_TIME, {}))

    monkeypatch.setattr(grader.process.attempt, "AFTER_TIMEOUT", 0.5)
    begun = time.monotonic()
    with Attempt(Scripted(late), setup(timeout=20.0)) as running:
        answers = [running.ask(REQUEST) for _ in range(20)]
    assert time.monotonic() - begun < 3
    assert [isinstance(answer, Answer) for answer in answers[:2]] == [True, True]
    assert set(map(repr, answers[4:])) == {repr(Ended("timeout", "no answer within 20 s"))}


class Told:
    """What an attempt says of its waiting."""

    def __init__(self) -> None:
        self.said: list[str] = []

    @contextmanager
    def __call__(self, path: str, seconds: float) -> Iterator[None]:
        self.said.append(f"waits for {path}, {seconds:g} s")
        yield
        self.said.append("has waited")


def test_it_is_told_once_that_a_child_keeps_one_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grader.process.attempt, "SILENT", 0.1)
    launcher, told = Scripted(SCRIPTS["never reads nor answers"][0]), Told()
    launcher.waiting = told
    with Attempt(launcher, setup(timeout=0.4)) as running:
        assert isinstance(running.ask(REQUEST), Ended)
        assert told.said == ["waits for answer.py, 0.4 s", "has waited"]


def test_nothing_is_told_of_a_quick_answer() -> None:
    launcher, told = Scripted(answering(1)), Told()
    launcher.waiting = told
    with Attempt(launcher, setup(timeout=5.0)) as running:
        assert isinstance(running.ask(REQUEST), Answer)
    assert told.said == []


def test_all_calls_together_have_one_clock() -> None:
    """Each call is within its own time; after the clock no further one is made."""

    def dawdles(requests: int, replies: int, output: int) -> None:
        while os.read(requests, 2**16):
            time.sleep(0.2)
            os.write(replies, pack({}, {"a": torch.ones(2)}))

    begun = time.monotonic()
    with Attempt(Scripted(dawdles), setup(timeout=5.0), clock=1.0) as running:
        answers = [running.ask(REQUEST) for _ in range(40)]
    assert isinstance(answers[0], Answer)
    assert answers[-1] == Ended("timeout", "all calls together took more than 1 s")
    assert time.monotonic() - begun < 3


def test_all_answers_together_have_a_size() -> None:
    """What is judged is kept until then: it must not grow by the number of calls."""

    def swells(requests: int, replies: int, output: int) -> None:
        while os.read(requests, 2**16):
            os.write(replies, pack({}, {"a": torch.ones(1000)}))

    with Attempt(Scripted(swells), setup(), room=20_000) as running:
        answers = [running.ask(REQUEST) for _ in range(9)]
    assert [type(answer) for answer in answers[:4]] == [Answer] * 4
    assert answers[-1] == Ended("too_large", "268,435,456 bytes or more in all calls")
