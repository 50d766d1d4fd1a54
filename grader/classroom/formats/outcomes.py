"""A student's results as tests with points: what every grading system has a place for."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from grader.classroom.find import Student
from grader.classroom.policy import Policy
from grader.classroom.store import Graded
from grader.course.exercise import load_exercise
from grader.render.pytest_formats import Check, checks
from grader.report import PASSING, GradientReport, Report

NOTHING, NOT_GRADED = "Not handed in.", "Handed in, and could not be graded."


@dataclass(frozen=True)
class Outcome:
    """One gradient, or what else is worth points or a sentence."""

    exercise: str
    name: str  # "dprobs"
    passed: bool
    points: float
    out_of: float
    said: str = ""  # why it failed: plain text, of several lines
    line: int | None = None


@dataclass(frozen=True)
class Sheet:
    """All of one student."""

    student: Student
    outcomes: tuple[Outcome, ...]
    not_read: tuple[str, ...]  # of files that no code was read from: why

    @property
    def points(self) -> float:
        return sum(one.points for one in self.outcomes)

    @property
    def out_of(self) -> float:
        return sum(one.out_of for one in self.outcomes)

    @property
    def passed(self) -> bool:
        return all(one.passed for one in self.outcomes)

    @property
    def exercises(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.exercise for one in self.outcomes))

    def of(self, exercise: str) -> tuple[Outcome, ...]:
        return tuple(one for one in self.outcomes if one.exercise == exercise)


def sheet(
    student: Student,
    graded: Iterable[Graded],
    exercises: Sequence[str],
    policy: Policy,
    failed: Collection[str] = (),
) -> Sheet:
    """Of the attempts that count; the last of an exercise, where all do. `failed`: exercises of
    which a file is there and could not be graded."""
    reports = {one.exercise: one.report for one in graded}
    outcomes, not_read = list[Outcome](), list[str]()
    for exercise in exercises:
        document = reports.get(exercise)
        if document is None:
            outcomes += _nothing(exercise, policy, NOT_GRADED if exercise in failed else NOTHING)
        else:
            outcomes += _outcomes(document, policy)
            if Report.from_json(document).unread:
                not_read.append(document["error"])
    return Sheet(student, tuple(outcomes), tuple(not_read))


def _outcomes(document: dict[str, Any], policy: Policy) -> Iterator[Outcome]:
    exercise = document["exercise"]
    gradients = {load_exercise(exercise).key(one["name"]): one for one in document["gradients"]}
    for check in checks(document):
        gradient = gradients.get(check.name)
        said = _said(check, gradient, policy.feedback.hints)
        points = out_of = 0.0
        if gradient is not None:
            points = policy.worth(exercise, [gradient], False)
            out_of = policy.at_most(exercise, [gradient]) - policy.points.whole
        passed = check.summary is None
        yield Outcome(exercise, check.name, passed, points, out_of, said, check.line)
    if policy.points.whole:
        whole, passed = policy.points.whole, document["passed"]
        yield Outcome(exercise, "all of it", passed, whole * passed, whole)


def _said(check: Check, gradient: dict[str, Any] | None, hints: bool) -> str:
    """The policy's hints are what the mistake is; that a line is wrong is said in any case."""
    if check.summary is None:
        return ""
    where = "" if check.line is None else f"{placed(_where(check, gradient)).capitalize()}: "
    own = gradient is not None and gradient["verdict"] not in (*PASSING, "inherited")
    if own and not hints:
        assert gradient is not None
        return f"{where}{gradient['verdict']}"
    return "\n".join(part for part in (f"{where}{check.summary}", check.details) if part)


def _where(check: Check, gradient: dict[str, Any] | None) -> str:
    return str(check.line) if gradient is None else GradientReport.from_json(gradient).where


def placed(where: str) -> str:
    """`line 24`; a line of a notebook says that already."""
    return f"line {where}" if where.isdecimal() else where


def _nothing(exercise: str, policy: Policy, said: str) -> Iterator[Outcome]:
    course = load_exercise(exercise)
    for name in course.gradients:
        worth = policy.at_most(exercise, [{"name": name}]) - policy.points.whole
        yield Outcome(exercise, course.key(name), False, 0.0, worth, said)
    if policy.points.whole:
        yield Outcome(exercise, "all of it", False, 0.0, policy.points.whole, said)
