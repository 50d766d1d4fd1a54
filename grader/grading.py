"""Grade a submission: run it in a child on a bench, then judge, then diagnose."""

import platform
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path
from types import TracebackType
from typing import Any

import torch

from grader.audit import audit
from grader.bench.bench import Bench, make_bench, setup_for
from grader.bench.reference import reference_for
from grader.bench.secret_inputs import LECTURE_SEED, drawn_sizes, secret_seed
from grader.course.exercise import Exercise
from grader.course.names import NameData
from grader.diagnose.diagnose import diagnose, line_to_fix
from grader.errors import Problem
from grader.fault_log import log_fault
from grader.judge.chain import ChainRun
from grader.judge.facts import Facts, facts_of
from grader.judge.measured import signs_of_measuring
from grader.judge.missing import Stop, stop_of
from grader.judge.verdict import Verdict, judged_in_chain, verdicts
from grader.observe.observations import Observations, nothing_observed, observe
from grader.placed import placed
from grader.process.attempt import GRACE, REPLIES_CAP, Attempt
from grader.process.bootstrap import require_all
from grader.process.launcher import ChildLauncher, start_launcher
from grader.process.sandbox.layers import Outcome
from grader.process.sandbox.probe import probe
from grader.protocol.messages import Answer, Ended
from grader.render.messages import ended_sentence, flags_of, measured_flags, stop_sentence
from grader.report import Diagnosis, GradientReport, Report, Stopped
from grader.syntax.dialect import Dialect, allowing, usual
from grader.syntax.submission import Submission
from grader.train.graded_run import SHORT_RUN, beside_autograd, short_run
from grader.train.gradient_descent import Step

FAULT = "The grader failed while it looked for the mistake in"
# Of one attempt, the time in calls that take as long as they may: a right answer in the usual form
# is called seven times, and further for each step where a network is trained.
CALLS_IN_FULL = 12


@dataclass(frozen=True)
class Options:
    seed: int = LECTURE_SEED
    strict: bool = False
    timeout: float = 10.0  # seconds for one call of `backward`
    untrusted: bool = False  # every required layer, and inputs that nobody can know before
    dialect: Dialect | None = None  # in the place of the usual one: what a class's policy allows

    def held_to(self, exercise: Exercise) -> Dialect | None:
        """What a submission is read against before it runs; None where it is one's own."""
        found = self.dialect or (usual() if self.untrusted else None)
        return None if found is None else allowing(found, exercise.allows)

    @property
    def walled(self) -> bool:
        return self.untrusted or self.dialect is not None


def grade(
    bench: Bench, submission: Submission, launcher: ChildLauncher, options: Options
) -> Report:
    """A report on one submission. The bench may be shared by any number of them.

    Raises GraderFailure where no child can be started. Whatever else goes wrong while this
    submission is handled is reported as its own, and is never credit.
    """
    if options.walled:
        submission = replace(submission, dialect=options.held_to(bench.exercise))
    try:
        attempt = attempt_at(bench.exercise, submission, launcher, options)
        report = placed(_graded(bench, submission, attempt, options), submission)
    except Problem:
        raise
    except Exception as error:
        report = garbled(bench.exercise, submission.path, options, error)
    clock = calls_in_full(bench.exercise) * options.timeout
    made = audit(bench.exercise, bench.data, submission, options.timeout, clock)
    return replace(report, audit=made)


def garbled(exercise: Exercise, path: Path, options: Options, error: Exception) -> Report:
    """Of a submission that the grader failed on: nothing is asked of it any more, nor credited."""
    detail = log_fault(error, f"{exercise.name}, {path!r}")
    rows = exercise.rows
    return Report(
        exercise=exercise.name,
        submission=str(path),
        strict=options.strict,
        environment=environment(options, ()),
        gradients=tuple(
            GradientReport(
                row.name,
                "errored",
                False,
                False,
                None,
                None,
                (),
                None,
                None,
                is_value=row.is_value,
                shown_as=row.shown_as,
            )
            for row in rows
        ),
        error=f"{path}: {ended_sentence(Ended('garbled', detail))}",
        trace="".join(traceback.format_exception(error)),
        ended="garbled",
    )


def _graded(bench: Bench, submission: Submission, attempt: Attempt, options: Options) -> Report:
    exercise, steps = bench.exercise, list[Step]()

    def train(attempt: Attempt) -> None:
        if exercise.trained:
            steps.extend(short_run(attempt, bench.decision, bench.data))

    if submission.problem is None and not submission.refused:
        seen = observe(bench, submission, attempt, train)
    else:
        seen = nothing_observed(bench, attempt)
    facts = facts_of(bench, submission, seen, _first_wrong_step(exercise, steps))
    trained = beside_autograd(steps, bench.decision, bench.data) if exercise.trained else None
    report = _report(facts, seen, options)
    return replace(report, training=trained, ended=report.ended or _cut_off(attempt))


def _cut_off(attempt: Attempt) -> str | None:
    """Also where it was killed after the calls that are shown: whoever grades many asks again."""
    ended = attempt.ended
    return None if ended is None or ended.how != "cut_off" else ended.how


def attempt_at(
    exercise: Exercise, submission: Submission, launcher: ChildLauncher, options: Options
) -> Attempt:
    """Not begun: to be entered as a context manager."""
    setup = replace(setup_for(exercise, submission, options.timeout), walled=options.walled)
    calls = calls_in_full(exercise)
    cpu = ceil(calls * (options.timeout + GRACE))
    return Attempt(launcher, setup, cpu, clock=calls * options.timeout, room=REPLIES_CAP)


def calls_in_full(exercise: Exercise) -> int:
    return CALLS_IN_FULL + (SHORT_RUN if exercise.trained else 0)


def _first_wrong_step(exercise: Exercise, steps: Sequence[Step]) -> ChainRun | None:
    """After that the network is another one, and may be blown up: what is right is off, or NaN,
    there too."""
    for step in steps:
        run = ChainRun(step.trial, step.answer, reference_for(step.trial))
        compared = [run.compare(name) for name in exercise.trained]
        if not all(comparison is not None and comparison.right for comparison in compared):
            return run
    return None


def _report(facts: Facts, seen: Observations, options: Options) -> Report:
    submission, shown = facts.submission, seen.chain[:2]
    stop = stop_of(submission, shown, facts.forbidden)
    raised = (answer.raised for answer in seen.chain if isinstance(answer, Answer))
    asked = verdicts(facts, options.strict)
    judged = [(verdict, *_diagnosed(facts, verdict)) for verdict in asked]
    faults = [fault for _, _, fault in judged if fault]
    gradients = tuple(_gradient(verdict, found) for verdict, found, _ in judged)
    return Report(
        exercise=facts.exercise.name,
        submission=str(submission.path),
        strict=options.strict,
        environment=environment(options, seen.closed.sandbox),
        gradients=gradients,
        flags=(
            *flags_of(facts.exercise, submission, seen.chain[0], judged_in_chain(facts)),
            *measured_flags(facts.exercise, signs_of_measuring(facts)),
        ),
        error=None if stop is None else stop_sentence(stop, submission, facts.exercise),
        output=seen.closed.output,
        trace=next((error.trace for error in raised if error is not None), "".join(faults)),
        ended="garbled" if submission.garbled else _ended(seen),
        stopped=_stopped(facts, stop, gradients),
    )


def _ended(seen: Observations) -> str | None:
    return next((answer.how for answer in seen.chain if isinstance(answer, Ended)), None)


def _stopped(
    facts: Facts, stop: Stop | None, gradients: Sequence[GradientReport]
) -> Stopped | None:
    """The line that ended the code, where it is not one of a gradient's that shows that itself;
    or the one that is forbidden."""
    if stop is None or facts.exercise.kind.in_methods:
        return None
    if stop.forbidden is not None:
        line, how = stop.forbidden.line, "forbidden"
    elif stop.raised is not None and stop.raised.line is not None:
        line, how = stop.raised.line, "timeout" if stop.raised.out_of_time else "raised"
        if any(g.line == line and g.verdict in ("errored", "timeout") for g in gradients):
            return None
    else:
        return None
    (text,) = facts.submission.source.split("\n")[line - 1 : line] or [""]
    return Stopped(line, text.strip(), how=how) if line else None


def _diagnosed(facts: Facts, verdict: Verdict) -> tuple[Diagnosis | None, str]:
    """The mistake, where one is recognised. A fault of the grader's in looking for one costs no
    verdict; its trace is shown with --trace."""
    try:
        return diagnose(facts, verdict), ""
    except Exception:
        return None, f"{FAULT} {verdict.name}:\n{traceback.format_exc()}"


def _gradient(verdict: Verdict, found: Diagnosis | None) -> GradientReport:
    shown = verdict.shown
    return GradientReport(
        name=verdict.name,
        verdict=verdict.verdict,
        exact=shown.exact,
        approximate=shown.approximate,
        maxdiff=shown.maxdiff,
        shape=shown.shape,
        expected_shape=verdict.expected_shape,
        line=line_to_fix(verdict, found),
        diagnosis=found,
        worst=verdict.worst,
        own_exact=verdict.own_exact,
        is_value=verdict.row.is_value,
        shown_as=verdict.row.shown_as,
    )


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


class Grader:
    """Grades any number of submissions with one import of torch. A context manager."""

    def __init__(self, data: NameData, options: Options) -> None:
        torch.set_num_threads(1)  # small tensors, forked children, the same sums everywhere
        if options.untrusted:
            require_all(probe())
        self.launcher = start_launcher()  # before anything is worked out in this process
        self.launcher.require_all = options.untrusted
        self.launcher.walled = options.walled
        self.data = data
        if options.untrusted and options.seed == LECTURE_SEED:
            options = replace(options, seed=secret_seed())
        self.options = options
        self._benches: dict[tuple[str, int], Bench] = {}

    def __enter__(self) -> "Grader":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.launcher.close()

    def bench(self, exercise: Exercise) -> Bench:
        """The same for all submissions to this exercise."""
        key = exercise.name, self.options.seed
        if key not in self._benches:
            lecture_seed = None
            if self.options.untrusted:
                # Sizes follow from the seed, which nobody can know.
                seed, letters = self.options.seed, len(self.data.letters)
                sizes = drawn_sizes(exercise.other_sizes, seed, letters)
                exercise, lecture_seed = replace(exercise, other_sizes=sizes), LECTURE_SEED
            bench = make_bench(exercise, self.data, self.options.seed, lecture_seed)
            self._benches[key] = bench
        return self._benches[key]

    def grade(self, exercise: Exercise, submission: Submission) -> Report:
        return grade(self.bench(exercise), submission, self.launcher, self.options)

    def attempt(self, exercise: Exercise, submission: Submission) -> Attempt:
        return attempt_at(exercise, submission, self.launcher, self.options)
