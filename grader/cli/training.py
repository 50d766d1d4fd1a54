"""What a call of `grade` asks for beside the grade: a training run, or a learning rate."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from grader.course import EXERCISES
from grader.course.exercise import Exercise, load_exercise
from grader.errors import UsageProblem
from grader.syntax.submission import Submission

if TYPE_CHECKING:
    from grader.grading import Grader
    from grader.report import Report


@dataclass(frozen=True)
class TrainingCall:
    """The options of `grade` that concern training."""

    train: bool = False
    steps: int | None = None  # None: as many as the recipe says
    resume: bool = False
    beside_autograd: bool = False
    find_rate: bool = False

    @property
    def trains(self) -> bool:
        return self.train or self.resume or self.beside_autograd

    def check(self, exercise: Exercise) -> None:
        """Raises UsageProblem for options that do not go together, or not with this exercise."""
        if self.steps is not None and not (self.trains or self.find_rate):
            raise UsageProblem("--steps goes with --train, --resume or --find-rate.")
        if self.trains and self.find_rate:
            raise UsageProblem("--find-rate is a call of its own, without --train.")
        if (self.trains or self.find_rate) and exercise.recipe is None:
            others = [name for name in EXERCISES if load_exercise(name).recipe is not None]
            raise UsageProblem(f"{exercise.name} trains nothing; these do: {', '.join(others)}.")

    def plan(
        self,
        grader: "Grader",
        exercise: Exercise,
        submission: Submission,
        again: str,
        to_stderr: bool,
    ) -> "Callable[[Report], Report] | None":
        """What adds the training to a report that has passed; None where none is asked for.

        `again`: the call that grades the same. Raises UsageProblem, before anything is graded,
        for a run that cannot be resumed.
        """
        if self.find_rate:
            from grader.cli.train import find_and_show

            return lambda report: replace(
                report,
                rate_search=find_and_show(grader, exercise, submission, self.steps, to_stderr),
            )
        if self.trains:
            from grader.cli.train import plan, train_and_show

            planned = plan(
                grader, exercise, submission, self.steps, self.resume, self.beside_autograd
            )
            return lambda report: replace(report, trained=train_and_show(planned, again, to_stderr))
        return None
