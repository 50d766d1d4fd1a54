"""Wrong answers of several students that are equal to the last bit.

Inputs are the same for a whole class, so right answers are always equal, and so are the wrong
ones of everybody who makes the same well-known mistake. Listed is only what neither explains: a
wrong answer that no known mistake gives, or two different mistakes in the same two gradients, and
given by few. Equal answers are all that is shown by this.
"""

import math
from collections import Counter
from dataclasses import dataclass, field

from grader.classroom.find import Student
from grader.report import GradientReport, Report

FEW = 5  # that many may always be a group,
SHARE = 0.02  # and otherwise that part of all: what more have in common is a common mistake

Answer = tuple[str, str]  # gradient, its numbers


@dataclass(frozen=True)
class Equal:
    """One gradient for which a group has the same wrong numbers."""

    gradient: str
    mistake: str | None
    others: int  # who have it wrong as well, with other numbers
    others_with_it: int  # of these, who make the same known mistake


@dataclass(frozen=True)
class Group:
    students: tuple[Student, ...]
    answers: tuple[Equal, ...]


@dataclass
class Answers:
    """The wrong answers of the submissions to one exercise."""

    students: list[Student] = field(default_factory=list)
    given_by: dict[Answer, list[int]] = field(default_factory=dict)
    mistake_of: dict[Answer, str | None] = field(default_factory=dict)
    wrong: Counter[str] = field(default_factory=Counter)  # by gradient
    with_mistake: Counter[tuple[str, str]] = field(default_factory=Counter)  # gradient, mistake

    def add(self, student: Student, report: Report) -> None:
        number = len(self.students)
        self.students.append(student)
        for gradient in report.gradients:
            if gradient.verdict != "wrong":
                continue
            mistake = None if gradient.diagnosis is None else gradient.diagnosis.mistake
            self.wrong[gradient.name] += 1
            if mistake is not None:
                self.with_mistake[gradient.name, mistake] += 1
            numbers = numbers_of(gradient)
            if numbers is not None:
                answer = gradient.name, numbers
                self.given_by.setdefault(answer, []).append(number)
                self.mistake_of[answer] = mistake

    def groups(self) -> list[Group]:
        """The largest agreement first; in the order of the submissions otherwise."""
        at_most = max(FEW, int(SHARE * len(self.students)))
        shared = {
            answer: frozenset(numbers)
            for answer, numbers in self.given_by.items()
            if 2 <= len(numbers) <= at_most
        }
        by_student: dict[int, list[Answer]] = {}
        for answer, members in shared.items():
            for member in members:
                by_student.setdefault(member, []).append(answer)
        found = []
        for members in dict.fromkeys(shared.values()):
            answers = [one for one in by_student[min(members)] if members <= shared[one]]
            mistakes = {self.mistake_of[answer] for answer in answers}
            if None in mistakes or len(mistakes) > 1:
                students = tuple(self.students[number] for number in sorted(members))
                equal = tuple(self._equal(answer) for answer in answers)
                found.append((-len(answers), sorted(members), Group(students, equal)))
        return [group for _, _, group in sorted(found, key=lambda one: one[:2])]

    def _equal(self, answer: Answer) -> Equal:
        gradient, mistake = answer[0], self.mistake_of[answer]
        same = len(self.given_by[answer])
        others_with_it = 0 if mistake is None else self.with_mistake[gradient, mistake] - same
        return Equal(gradient, mistake, self.wrong[gradient] - same, others_with_it)


def numbers_of(gradient: GradientReport) -> str | None:
    """What is known of a wrong answer's numbers, to the last bit; None where it says nothing.

    Nothing says a gradient that is not finite, or is 0 where it is furthest off: left as it was.
    """
    worst = gradient.worst
    if worst is None or gradient.maxdiff is None or not worst["yours"]:
        return None
    known = (gradient.maxdiff, worst["yours"], worst["expected"])
    if not all(math.isfinite(number) for number in known):
        return None
    return repr((gradient.shape, tuple(worst["index"]), *known))
