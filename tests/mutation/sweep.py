"""Whether any wrong gradient passes, or any right one is refused, at many seeds: nothing else.

A mutant is asked for the decision's trial alone. Where its own gradient is not right there, no
verdict can be a passing one (Judge.verdict asks for every trial), and the grading would only go
on to say why. Mutants that are right there, and all rewrites, are graded in full.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from grader.course.exercise import Exercise, load_exercise
from grader.grading import Grader, Options, trials_for
from grader.judge.result import Result
from grader.judge.trial import Reference, Trial, reference_for
from grader.syntax.submission import Submission, read_submission

from .grading import grade_all
from .mutants import Mutant
from .run import names


@dataclass
class Sweep:
    """What came of one seed."""

    seed: int
    mistakes: int = 0
    graded_in_full: int = 0  # of the mistakes
    passed: list[str] = field(default_factory=list)  # mistakes that should not have
    rewrites: int = 0
    refused: list[str] = field(default_factory=list)  # rewrites that should not have been

    def line(self) -> str:
        return (
            f"seed {self.seed}: {self.mistakes} mistakes, {len(self.passed)} passed; "
            f"{self.rewrites} rewrites, {len(self.refused)} refused "
            f"({self.graded_in_full} mistakes graded in full)"
        )


@dataclass(frozen=True)
class _Point:
    trial: Trial
    reference: Reference

    @classmethod
    def of(cls, exercise: Exercise, seed: int) -> "_Point":
        _, decision, *_ = trials_for(exercise, names(), seed)
        return cls(decision, reference_for(decision))

    def right(self, grader: Grader, submission: Submission, gradient: str) -> bool:
        """Whether this submission's gradient is, as far as one trial tells."""
        with grader.attempt(self.trial.exercise, submission) as attempt:
            answer = attempt.backward(*self.trial.request())
        comparison = Result(self.trial, answer, self.reference).compare(gradient)
        return comparison is not None and comparison.right


def sweep(mutants: Iterable[Mutant], seed: int) -> Sweep:
    mutants = list(mutants)
    found = Sweep(seed)
    with Grader(names(), Options(seed)) as grader, TemporaryDirectory() as folder:
        points = {
            name: _Point.of(load_exercise(name), seed)
            for name in {mutant.exercise for mutant in mutants}
        }
        path, unclear = Path(folder) / "mutant.py", []
        for mutant in (mutant for mutant in mutants if not mutant.right):
            found.mistakes += 1
            path.write_text(mutant.source, encoding="utf-8")
            submission = read_submission(path)
            if submission.problem is None and points[mutant.exercise].right(
                grader, submission, mutant.gradient
            ):
                unclear.append(mutant)
        found.graded_in_full = len(unclear)
        rewrites = [mutant for mutant in mutants if mutant.right]
        found.rewrites = len(rewrites)
        for outcome in grade_all(grader, unclear):
            if not outcome.caught:
                found.passed.append(f"{outcome.mutant.exercise} {outcome.mutant.name}")
        for outcome in grade_all(grader, rewrites):
            if outcome.wrongly_accused or outcome.broke is not None:
                found.refused.append(f"{outcome.mutant.exercise} {outcome.mutant.name}")
    return found
