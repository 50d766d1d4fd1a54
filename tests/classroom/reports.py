"""Reports of a class, made by hand: what a grading came to, without grading."""

from collections.abc import Iterable, Sequence
from typing import Any

from grader.classroom.find import Student
from grader.classroom.gradebook import Gradebook, gradebook
from grader.classroom.policy import Policy
from grader.classroom.store import Graded
from grader.course.exercise import load_exercise
from grader.report import Diagnosis, GradientReport, Report

SHAPE = (32, 27)


def wrong(
    name: str, mistake: str | None = None, maxdiff: float = 0.5, **more: Any
) -> GradientReport:
    """A gradient that is wrong on its own line. Those with the same maxdiff have equal numbers."""
    told = {"wrong-factor": f"d{name} is off by a factor of 2."}
    found = None if mistake is None else Diagnosis(mistake, told.get(mistake, "Wrong."), {})
    facts: dict[str, Any] = {
        "line": 7,
        "worst": {"index": [1, 2], "yours": maxdiff, "expected": 2 * maxdiff},
    }
    return GradientReport(
        name, "wrong", False, False, maxdiff, SHAPE, SHAPE, diagnosis=found, **(facts | more)
    )


def right(name: str, line: int = 3) -> GradientReport:
    return GradientReport(name, "exact", True, True, 0.0, SHAPE, SHAPE, line, None)


def missing(name: str) -> GradientReport:
    return GradientReport(name, "missing", False, False, None, None, SHAPE, None, None)


def report(exercise: str, *found: GradientReport, path: str = "x.py", **facts: Any) -> Report:
    """All other gradients are exact."""
    by_name = {gradient.name: gradient for gradient in found}
    names = load_exercise(exercise).gradients
    gradients = tuple(by_name.get(name, right(name)) for name in names)
    return Report(exercise, path, False, {"seed": 7}, gradients, **facts)


def unread(exercise: str, error: str) -> Report:
    """A file that no code could be read from."""
    names = load_exercise(exercise).gradients
    return Report(exercise, "x.py", False, {}, tuple(map(missing, names)), error=error)


def graded(student: Student | str, one: Report, at: int = 1) -> Graded:
    who = Student(student) if isinstance(student, str) else student
    file = f"{who.name}/{one.exercise}-{at}.py"
    document = one.as_json()
    if document["error"] is not None:
        document["error"] = document["error"].replace(one.submission, file)
    return Graded(who, one.exercise, file, f"{who}{at}", document | {"submission": file}, 0.25)


def book_of(results: Iterable[Graded], *exercises: str, policy: Policy | None = None) -> Gradebook:
    return gradebook(results, exercises or ("exercise2",), policy or Policy())


def class_of(*reports: Report) -> Sequence[Graded]:
    return [graded(f"Student {chr(65 + at)}", one) for at, one in enumerate(reports)]
