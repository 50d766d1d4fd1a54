"""Grade a submission: run it in a child, then work out references, then judge.

The order is the point: while a child lives, this process holds forward values only.
"""

import platform
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import torch

from grader.answer import Answer, Ended
from grader.attempt import Attempt
from grader.exercise import Exercise
from grader.judge import OTHER_SIZES, Result, judge
from grader.names import NameData
from grader.report import Report
from grader.submission import Submission
from grader.training import beside_autograd, short_run
from grader.trial import Trial, make_trial, reference_for
from grader.warm import open_nursery


@dataclass(frozen=True)
class Options:
    seed: int = 2147483647  # the lecture's
    strict: bool = False
    timeout: float = 10.0  # seconds for one call of `backward`


def trials_for(exercise: Exercise, data: NameData, seed: int) -> tuple[Trial, ...]:
    """The lecture's view, the decision, and the inputs that find what was hard-coded."""
    lecture = make_trial(exercise, data, "lecture", seed, exercise.sizes, torch.float32)
    return (
        lecture,
        make_trial(exercise, data, "decision", seed, exercise.sizes),
        make_trial(exercise, data, f"seed {seed + 1}", seed + 1, exercise.sizes),
        make_trial(exercise, data, OTHER_SIZES, seed + 2, exercise.other_sizes),
    )


class Grader:
    """Grades any number of submissions with one import of torch. A context manager."""

    def __init__(self, data: NameData, options: Options) -> None:
        torch.set_num_threads(1)  # small tensors, forked children, the same sums everywhere
        self.nursery = open_nursery()  # before anything is worked out in this process
        self.data = data
        self.options = options

    def __enter__(self) -> "Grader":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.nursery.close()

    def attempt(self, exercise: Exercise, submission: Submission) -> Attempt:
        keys = tuple("d" + name for name in exercise.gradients)
        return Attempt(self.nursery, submission, keys, self.options.timeout)

    def grade(self, exercise: Exercise, submission: Submission) -> Report:
        trials = trials_for(exercise, self.data, self.options.seed)
        start = trials[1]
        if submission.problem is not None:
            answers: list[Answer | Ended] = [Ended("unreadable")] * len(trials)
            steps, output = [], ""
        else:
            with self.attempt(exercise, submission) as attempt:
                answers = [attempt.backward(*trial.request()) for trial in trials]
                steps = short_run(attempt, start, self.data) if exercise.trained else []
            output = attempt.output()
        results = [
            Result(trial, answer, reference_for(trial))
            for trial, answer in (
                *zip(trials, answers, strict=True),
                *((step.trial, step.answer) for step in steps),
            )
        ]
        judgement = judge(exercise, submission, results)
        return Report(
            exercise=exercise.name,
            submission=str(submission.path),
            strict=self.options.strict,
            environment=environment(self.options.seed),
            gradients=judgement.gradients,
            flags=judgement.flags,
            error=judgement.error,
            training=beside_autograd(steps, start, self.data) if exercise.trained else None,
            output=output,
            trace=_trace(answers),
        )


def _trace(answers: list[Answer | Ended]) -> str:
    raised = (answer.raised for answer in answers if isinstance(answer, Answer))
    return next((error.trace for error in raised if error is not None), "")


def environment(seed: int) -> dict[str, Any]:
    return {
        "torch": str(torch.__version__),
        "cpu_capability": torch.backends.cpu.get_cpu_capability(),
        "python": platform.python_version(),
        "seed": seed,
        "sandbox": ["child process", "process group", "time limit"],
    }
