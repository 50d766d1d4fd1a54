"""A learner's submission, asked for gradients: the one place where training asks a child."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from grader.bench.bench import setup_for
from grader.bench.trial import Tensors
from grader.course.exercise import Exercise
from grader.kinds.layers import DEEP_STACK, DeepStack
from grader.process.attempt import Attempt
from grader.process.launcher import ChildLauncher
from grader.protocol.messages import Answer, Ended, Request, Setup
from grader.render.messages import no_step_sentence
from grader.rows import Row
from grader.syntax.submission import Submission
from grader.train.gradient_descent import Gradients, Step


@dataclass(frozen=True)
class Learner:
    """Whose gradients a network is trained with, and where their code runs."""

    launcher: ChildLauncher  # start_launcher()'s, or that of a Grader
    submission: Submission
    timeout: float = 10.0  # seconds for one call of `backward`

    @contextmanager
    def gradients(self, exercise: Exercise) -> Iterator[Gradients]:
        """Gradients of the trained parameters, from a child that lives as long as the context.

        Raises GraderFailure where no child can be started.
        """
        setup = setup_for(exercise, self.submission, self.timeout, exercise.trained)
        with Attempt(self.launcher, setup) as attempt:
            yield by_hand(attempt)

    def run_deep_stack(
        self,
        stack: DeepStack,
        wanted: tuple[str, ...],
        numbers: dict[str, Any],
        tensors: Tensors,
    ) -> Answer | Ended:
        """What the learner's layers do in a deep stack, in a child of its own."""
        setup = Setup(
            source=self.submission.source,
            path=str(self.submission.path),
            timeout=self.timeout,
            kind=DEEP_STACK,
            rows=tuple(Row(name, is_value=True) for name in wanted),
            declared=asdict(stack),
        )
        with Attempt(self.launcher, setup) as attempt:
            return attempt.ask(Request(tensors, numbers, float64=False))

    def problem(self, step: Step) -> str:
        """Why this step was not taken, as a sentence that begins with the file's name."""
        if self.submission.problem is not None:  # its source is empty then
            return self.submission.problem
        name, how = ("", "") if step.unfit is None else (step.unfit.name, step.unfit.how)
        shape = tuple(step.parameters[name].shape) if name else ()
        return f"{self.submission.path}{no_step_sentence(step.answer, name, how, shape)}"


def by_hand(attempt: Attempt) -> Gradients:
    """The learner's gradients, from an attempt that is open already."""
    return lambda trial: attempt.ask(trial.request)
