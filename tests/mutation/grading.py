"""Grade mutants and note what became of each."""

import time
from collections.abc import Iterable
from dataclasses import dataclass

from grader.report import Report
from tests.grading import grade, line_of

from .mutants import Mutant


@dataclass(frozen=True)
class Outcome:
    """One mutant under one seed."""

    mutant: Mutant
    passed: bool
    first: str | None  # the first own error's gradient
    first_line: int | None
    mistake: str | None  # its diagnosis; None: the grader says that it doesn't know
    own: frozenset[str]  # every gradient with an error of its own
    unreached: frozenset[str]  # of those: no value, for the function stopped before it or there
    verdict: str  # of the gradient whose line was changed
    last_line: int | None  # that assigns the gradient whose line was changed
    milliseconds: float
    broke: str | None = None  # what the grader itself raised, which it never should

    @property
    def name(self) -> str:
        return f"{self.mutant.exercise} {self.mutant.name}"

    @property
    def caught(self) -> bool:
        passes = self.passed or self.verdict in ("exact", "approximate")
        return self.broke is None and not passes

    @property
    def right_line(self) -> bool:
        if self.first is None or self.first not in self.mutant.named:
            return False
        return bool(self.mutant.also) or self.first_line in (self.mutant.line, self.last_line)

    @property
    def right_mistake(self) -> bool:
        return self.right_line and self.mistake in self.mutant.mistakes

    @property
    def wrong_mistake(self) -> bool:
        return self.mistake is not None and not self.right_mistake

    @property
    def unknown(self) -> bool:
        """Found on its line, and the grader says that it does not know what the mistake is."""
        return self.caught and self.right_line and not self.others_accused and self.mistake is None

    @property
    def others_accused(self) -> frozenset[str]:
        return self.own - self.unreached - self.mutant.named

    @property
    def found_all(self) -> bool:
        """Of several mistakes at once: an own error on exactly the changed lines.

        A gradient that was not reached, for a misshapen one made a later line raise, is
        neither found nor accused.
        """
        return self.mutant.named <= self.own and not self.others_accused

    @property
    def wrongly_accused(self) -> bool:
        return self.mutant.right and not self.passed


def grade_all(mutants: Iterable[Mutant], seed: int) -> list[Outcome]:
    return [_graded(mutant, seed) for mutant in mutants]


def _graded(mutant: Mutant, seed: int) -> Outcome:
    began = time.perf_counter()
    try:
        report = grade(mutant.exercise, mutant.source, "mutant.py", seed=seed)
    except Exception as error:  # noted, so that the others are graded all the same
        return _broken(mutant, f"{type(error).__name__}: {error}")
    return _outcome(mutant, report, 1000 * (time.perf_counter() - began))


def _broken(mutant: Mutant, what: str) -> Outcome:
    return Outcome(
        mutant, False, None, None, None, frozenset(), frozenset(), "none", None, 0.0, what
    )


def _outcome(mutant: Mutant, report: Report, milliseconds: float) -> Outcome:
    first = report.first_own_error
    return Outcome(
        mutant=mutant,
        passed=report.passed,
        first=first.name if first else None,
        first_line=first.line if first else None,
        mistake=first.diagnosis.mistake if first and first.diagnosis else None,
        own=frozenset(
            g.name for g in report.gradients if not g.passes and g.verdict != "inherited"
        ),
        unreached=frozenset(g.name for g in report.gradients if g.verdict == "errored"),
        verdict=next((g.verdict for g in report.gradients if g.name == mutant.gradient), "none"),
        last_line=line_of(mutant.exercise, mutant.source, mutant.gradient),
        milliseconds=milliseconds,
    )
