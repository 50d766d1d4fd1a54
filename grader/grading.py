"""Grade a submission: run it in a child, then work out references, then judge.

The order is the point: while a child lives, this process holds forward values, and VJPs of
single chunks on random numbers, but no gradient of the loss.
"""

import platform
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import ceil
from types import TracebackType
from typing import Any

import torch

from grader.course.exercise import Exercise
from grader.course.names import NameData
from grader.diagnose.diagnose import diagnose, with_diagnosis
from grader.judge.dependencies import Findings, inspect
from grader.judge.lines import LineRun
from grader.judge.missing import autodiff_of
from grader.judge.probing import ask_for_lines
from grader.judge.result import Result
from grader.judge.secret_inputs import LECTURE_SEED, drawn_sizes, secret_seed
from grader.judge.trial import Trial, make_trial, reference_for
from grader.judge.verdict import OTHER_SIZES, Judge
from grader.judge.vjp import Scene, scene_for
from grader.kinds import VALUES
from grader.process.answer import Answer, Ended
from grader.process.attempt import GRACE, Attempt
from grader.process.bootstrap import require_all
from grader.process.launcher import start_launcher
from grader.process.sandbox.layers import Outcome
from grader.process.sandbox.probe import probe
from grader.report import Report
from grader.syntax.submission import Submission
from grader.train.graded_run import beside_autograd, short_run
from grader.train.gradient_descent import Step

CALLS_IN_FULL = 12  # processor time of one attempt, in calls that take as long as they may


@dataclass(frozen=True)
class Options:
    seed: int = LECTURE_SEED
    strict: bool = False
    timeout: float = 10.0  # seconds for one call of `backward`
    untrusted: bool = False  # every required layer, and inputs that nobody can know before


def trials_for(
    exercise: Exercise, data: NameData, seed: int, lecture_seed: int | None = None
) -> tuple[Trial, ...]:
    """The lecture's view, the decision, and the inputs that find what was hard-coded."""
    shown = seed if lecture_seed is None else lecture_seed
    # A number of Python's has 64 bits, and the lecture's derivatives of scalars have too.
    dtype = torch.float64 if exercise.kind.python_numbers else torch.float32
    lecture = make_trial(exercise, data, "lecture", shown, exercise.sizes, dtype)
    return (
        lecture,
        make_trial(exercise, data, "decision", seed, exercise.sizes),
        make_trial(exercise, data, f"seed {seed + 1}", seed + 1, exercise.sizes),
        make_trial(exercise, data, OTHER_SIZES, seed + 2, exercise.other_sizes),
    )


@dataclass
class FirstLook:
    """The runs that every submission gets, in one child."""

    exercise: Exercise
    trials: tuple[Trial, ...]  # of the function as written
    scenes: tuple[Scene, ...]  # of the instrumented one: two in float64, one in float32
    answers: list[Answer | Ended]
    line_answers: list[Answer | Ended]
    findings: Findings

    @classmethod
    def of(
        cls, exercise: Exercise, data: NameData, seed: int, lecture_seed: int | None = None
    ) -> "FirstLook":
        trials = trials_for(exercise, data, seed, lecture_seed)
        lecture, _, other_seed, other_sizes = trials
        scenes = tuple(scene_for(trial) for trial in (other_seed, other_sizes, lecture))
        unread: list[Answer | Ended] = [Ended("unreadable")]
        findings = Findings(tuple((scene, unread[0]) for scene in scenes[:2]))
        return cls(exercise, trials, scenes, unread * len(trials), unread * len(scenes), findings)

    @property
    def start(self) -> Trial:
        """The decision's trial, from which a training run starts."""
        return self.trials[1]

    def run(self, attempt: Attempt) -> None:
        self.answers = [attempt.backward(*trial.request()) for trial in self.trials]
        self.line_answers = [ask_for_lines(attempt, scene) for scene in self.scenes]

    def look_again(self, attempt: Attempt) -> None:
        """Ask on about the lines that are not in the usual form: inspection.py."""
        asked = tuple(zip(self.scenes, self.line_answers, strict=True))[:2]
        if self.exercise.kind is VALUES:  # each operation ran by itself, and read no other's
            self.findings = Findings(asked)
            return
        answers = [answer for answer in self.answers if isinstance(answer, Answer)]
        if any(answer.out_of_time for answer in answers):
            attempt.timeout = min(attempt.timeout, 1.0)  # one long wait is enough
        known = {name for answer in answers[:1] for name in answer.gradients | answer.kinds}
        if autodiff_of(attempt.submission, self.answers) is not None:
            known = set()  # then no gradient is the learner's own
        wrote = any(answer.changed for answer in answers)
        names = [name for name in self.exercise.gradients if name in known]
        self.findings = inspect(attempt, asked, names, wrote)

    def judge(self, submission: Submission, steps: list[Step]) -> Judge:
        """Works out the references: only to be called when the child has ended."""
        results = [
            Result(trial, answer, reference_for(trial))
            for trial, answer in zip(self.trials, self.answers, strict=True)
        ]
        results += self._in_training(steps)
        references = {result.trial.label: result.reference for result in results}
        narrow = LineRun(self.scenes[2], results[0].reference, self.line_answers[2])
        findings = replace(self.findings, references=references)
        return Judge(self.exercise, submission, results, findings, narrow)

    def _in_training(self, steps: list[Step]) -> Iterator[Result]:
        """Up to the first step with a wrong gradient. After that the network is another one, and
        may be blown up: what is right is off, or NaN, there too."""
        for step in steps:
            result = Result(step.trial, step.answer, reference_for(step.trial))
            yield result
            compared = [result.compare(name) for name in self.exercise.trained]
            if not all(comparison is not None and comparison.right for comparison in compared):
                return


class Grader:
    """Grades any number of submissions with one import of torch. A context manager."""

    def __init__(self, data: NameData, options: Options) -> None:
        torch.set_num_threads(1)  # small tensors, forked children, the same sums everywhere
        if options.untrusted:
            require_all(probe())
        self.launcher = start_launcher()  # before anything is worked out in this process
        self.launcher.require_all = options.untrusted
        self.data = data
        if options.untrusted and options.seed == LECTURE_SEED:
            options = replace(options, seed=secret_seed())
        self.options = options

    def __enter__(self) -> "Grader":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.launcher.close()

    def attempt(self, exercise: Exercise, submission: Submission) -> Attempt:
        places = {name: exercise.place(name) for name in exercise.gradients}
        keys = tuple("d" + name for name, at in places.items() if not submission.unwritten(at))
        timeout = self.options.timeout
        cpu = ceil(CALLS_IN_FULL * (timeout + GRACE))
        return Attempt(self.launcher, submission, keys, timeout, cpu)

    def _untrusted(self, exercise: Exercise) -> Exercise:
        """With sizes that follow from the seed, which is nobody's to know."""
        vocabulary = len(self.data.letters)
        sizes = drawn_sizes(exercise.other_sizes, self.options.seed, vocabulary)
        return replace(exercise, other_sizes=sizes)

    def grade(self, exercise: Exercise, submission: Submission) -> Report:
        lecture_seed, held = None, False
        if self.options.untrusted:
            exercise, lecture_seed = self._untrusted(exercise), LECTURE_SEED
        first = FirstLook.of(exercise, self.data, self.options.seed, lecture_seed)
        steps: list[Step] = []
        output = ""
        if submission.problem is None:
            with self.attempt(exercise, submission) as attempt:
                held = True
                first.run(attempt)
                if exercise.trained:
                    steps = short_run(attempt, first.start, self.data)
                first.look_again(attempt)
            output = attempt.output()
        judge = first.judge(submission, steps)
        judgement = judge.judgement()
        return Report(
            exercise=exercise.name,
            submission=str(submission.path),
            strict=self.options.strict,
            environment=environment(self.options, self.launcher.layers if held else ()),
            gradients=tuple(
                with_diagnosis(gradient, diagnose(judge, gradient))
                for gradient in judgement.gradients
            ),
            flags=judgement.flags,
            error=judgement.error,
            training=beside_autograd(steps, first.start, self.data) if exercise.trained else None,
            output=output,
            trace=_trace(first.answers),
        )


def _trace(answers: list[Answer | Ended]) -> str:
    raised = (answer.raised for answer in answers if isinstance(answer, Answer))
    return next((error.trace for error in raised if error is not None), "")


def environment(options: Options, layers: tuple[Outcome, ...]) -> dict[str, Any]:
    """`layers` are of the child that ran the submission; () where none was made."""
    held = ["child process", "time limit", *(layer.name for layer in layers if layer.holds)]
    return {
        "torch": str(torch.__version__),
        "cpu_capability": torch.backends.cpu.get_cpu_capability(),
        "python": platform.python_version(),
        "seed": options.seed,
        "untrusted": options.untrusted,
        "sandbox": held if layers else [],
    }
