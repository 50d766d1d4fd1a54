"""A class counted: which gradients failed, which mistakes were made where, how scores lie."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from grader.classroom.find import Student
from grader.classroom.gradebook import Gradebook, Result
from grader.classroom.pages.equal_answers import Answers
from grader.course.exercise import Exercise, load_exercise
from grader.render.sentences import error_sentence
from grader.report import Report

SHARES = 10  # of a score's range; and one more for all of it


@dataclass
class Count:
    """One exercise, of the attempts that count."""

    exercise: Exercise
    submissions: int = 0
    passed: int = 0
    scores: list[int] = field(default_factory=lambda: [0] * (SHARES + 1))
    wrong: Counter[str] = field(default_factory=Counter)  # by gradient, on its own line
    missing: Counter[str] = field(default_factory=Counter)
    mistakes: dict[str, Counter[str]] = field(default_factory=dict)  # by mistake: by gradient
    made_by: Counter[str] = field(default_factory=Counter)  # by mistake: submissions
    unknown: Counter[str] = field(default_factory=Counter)  # wrong, and no known mistake
    not_read: list[tuple[Student, str]] = field(default_factory=list)  # and why
    answers: Answers = field(default_factory=Answers)

    def add(self, result: Result, report: Report) -> None:
        self.submissions += 1
        self.passed += result.passed
        share = result.points / result.out_of if result.out_of else 0.0
        self.scores[min(int(share * SHARES), SHARES)] += 1
        if report.unread:
            self.not_read.append((result.student, error_sentence(report)))
            return
        made, first = set(), report.first_own_error
        for gradient in report.gradients:
            if gradient.passes or gradient.verdict == "inherited":
                continue
            if gradient.verdict == "missing":
                self.missing[gradient.name] += 1
                continue
            if gradient.verdict == "timeout" and gradient is not first:
                continue  # below an endless loop: nobody knows
            self.wrong[gradient.name] += 1
            if gradient.diagnosis is not None:
                mistake = gradient.diagnosis.mistake
                made.add(mistake)
                self.mistakes.setdefault(mistake, Counter())[gradient.name] += 1
            elif gradient.verdict in ("wrong", "wrong_shape"):
                self.unknown[gradient.name] += 1
        self.made_by.update(made)
        self.answers.add(result.student, report)

    @cached_property
    def failed(self) -> dict[str, tuple[int, int]]:
        """By gradient, in the order of the backward pass: wrong, not written."""
        names = self.exercise.gradients
        found = {name: (self.wrong[name], self.missing[name]) for name in names}
        return {name: counts for name, counts in found.items() if any(counts)}

    @property
    def most_failed(self) -> list[tuple[str, int, int]]:
        order = sorted(self.failed, key=lambda name: -sum(self.failed[name]))
        return [(name, *self.failed[name]) for name in order]

    @property
    def commonest(self) -> list[tuple[str, int, list[tuple[str, int]]]]:
        """Mistake, how many made it, and at which gradients, most first."""
        order = sorted(self.made_by, key=lambda mistake: (-self.made_by[mistake], mistake))
        places = {mistake: self._in_order(self.mistakes[mistake]) for mistake in order}
        return [(mistake, self.made_by[mistake], places[mistake]) for mistake in order]

    @property
    def not_recognised(self) -> list[tuple[str, int]]:
        return self._in_order(self.unknown)

    def _in_order(self, counts: Counter[str]) -> list[tuple[str, int]]:
        backward = {name: at for at, name in enumerate(self.exercise.gradients)}
        return sorted(counts.items(), key=lambda pair: (-pair[1], backward[pair[0]]))


@dataclass
class Overview:
    book: Gradebook
    counts: dict[str, Count] = field(init=False)

    def __post_init__(self) -> None:
        self.counts = {name: Count(load_exercise(name)) for name in self.book.exercises}

    def counted(self, result: Result, report: Report) -> None:
        if self.book.of(result.student, result.exercise) is result:
            self.counts[result.exercise].add(result, report)

    @property
    def seconds(self) -> float:
        return sum(one.seconds for one in self.book.results)

    def mistakes(self) -> Iterator[str]:
        """Every one that was made, the commonest of the first exercise first."""
        made = (name for count in self.counts.values() for name, _, _ in count.commonest)
        yield from dict.fromkeys(made)
