"""References exist when no child is there to look for them; a run shares what it can."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch

import grader.grading
from grader.bench.bench import Bench, make_bench, setup_for
from grader.course.exercise import load_exercise
from grader.grading import Options, grade
from grader.process.attempt import Attempt, ClosedRun
from grader.process.launcher import ChildLauncher, start_launcher
from grader.syntax.submission import Submission, read_submission
from grader.workspace import kit
from tests.grading import SEED, names

CLOSED = ClosedRun("", (), memory_closed=True)
OPEN = ClosedRun("", (), memory_closed=False)


@pytest.fixture
def bench() -> Bench:
    return make_bench(load_exercise("exercise2"), names(), SEED)


@pytest.fixture(scope="module")
def launcher() -> Iterator[ChildLauncher]:
    opened = start_launcher()
    yield opened
    opened.close()


@pytest.fixture
def worked() -> Submission:
    return read_submission(kit.solution_path("exercise2"))


def test_references_are_kept_where_memory_is_closed(bench: Bench) -> None:
    first = bench.references(CLOSED)
    assert bench.references(CLOSED) is first


def test_references_are_forgotten_where_it_is_not(bench: Bench) -> None:
    first, second = bench.references(OPEN), bench.references(OPEN)
    assert first is not second
    for label, reference in first.items():
        for name, gradient in reference.gradients.items():
            assert torch.equal(gradient, second[label].gradients[name])


def test_a_run_is_not_closed_while_its_child_lives(
    bench: Bench, launcher: ChildLauncher, worked: Submission
) -> None:
    attempt = Attempt(launcher, setup_for(bench.exercise, worked, 10.0))
    with attempt:
        with pytest.raises(RuntimeError, match="has not been ended"):
            attempt.closed()
        attempt.ask(bench.decision.request)
        with pytest.raises(RuntimeError, match="has not been ended"):
            attempt.closed()
    assert attempt.closed().sandbox == launcher.layers


def test_only_an_attempt_makes_a_closed_run() -> None:
    package = Path(grader.grading.__file__).parent
    makers = [
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if re.search(r"(?<!class )\bClosedRun\(", path.read_text(encoding="utf-8"))
    ]
    assert makers == ["process/attempt.py"]


def test_references_are_asked_for_when_the_child_is_gone(
    bench: Bench, launcher: ChildLauncher, worked: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    alive: list[int] = []
    asked: list[bool] = []
    start, end, references = launcher.start, launcher.end, Bench.references

    def started(*given: int) -> int:
        alive.append(start(*given))
        return alive[-1]

    def ended(pid: int) -> int:
        alive.remove(pid)
        return end(pid)

    def noted(self: Bench, closed: ClosedRun) -> object:
        asked.append(bool(alive))
        return references(self, closed)

    monkeypatch.setattr(launcher, "start", started)
    monkeypatch.setattr(launcher, "end", ended)
    monkeypatch.setattr(Bench, "references", noted)
    assert grade(bench, worked, launcher, Options()).passed
    assert asked == [False]


@pytest.mark.parametrize("closed", [True, False])
def test_what_was_worked_out_at_a_point_is_kept_where_no_child_can_read_it(
    closed: bool,
    bench: Bench,
    launcher: ChildLauncher,
    worked: Submission,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(launcher, "memory_closed", closed)
    assert grade(bench, worked, launcher, Options()).passed
    there: list[bool] = []
    start = launcher.start

    def started(*given: int) -> int:
        there.append(any(point._known for point in bench.points))
        return start(*given)

    monkeypatch.setattr(launcher, "start", started)
    assert grade(bench, worked, launcher, Options()).passed
    assert there == [closed]


def test_what_is_sent_is_made_once(bench: Bench) -> None:
    assert bench.decision.request.frame is bench.decision.request.frame
    assert bench.points[0].isolated_request is bench.points[0].isolated_request


def test_a_bench_serves_many_submissions(
    bench: Bench, launcher: ChildLauncher, worked: Submission
) -> None:
    wrong = replace(worked, source=worked.source.replace("/= n", "/= 2 * n"))
    assert wrong.source != worked.source
    for _ in range(2):
        assert grade(bench, worked, launcher, Options()).passed
        assert grade(bench, wrong, launcher, Options()).gradients[0].verdict == "wrong"


def test_a_fault_of_the_graders_is_that_submissions_and_no_others(
    bench: Bench, launcher: ChildLauncher, worked: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a submission brings about here, the next one is graded."""

    def broken(*_: object) -> None:
        raise IndexError("a line beyond the file")

    with monkeypatch.context() as patched:
        patched.setattr(grader.grading, "observe", broken)
        report = grade(bench, worked, launcher, Options())
    assert (report.passed, report.score) == (False, 0.0)
    assert {gradient.verdict for gradient in report.gradients} == {"errored"}
    assert report.error is not None
    assert "IndexError" in report.error
    assert "a line beyond the file" in report.trace
    assert grade(bench, worked, launcher, Options()).passed


def test_a_fault_in_looking_for_the_mistake_costs_no_verdict(
    bench: Bench, launcher: ChildLauncher, worked: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise IndexError("no such term")

    wrong = replace(worked, source=worked.source.replace("/= n", "/= 2 * n"))
    monkeypatch.setattr(grader.grading, "diagnose", broken)
    report = grade(bench, wrong, launcher, Options())
    assert report.error is None
    assert [(g.verdict, g.diagnosis) for g in report.gradients] == [("wrong", None)]
    assert "no such term" in report.trace
