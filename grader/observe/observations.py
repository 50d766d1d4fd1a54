"""Run a submission on a bench, in one child: all that is known of it comes from here.

While the child lives this process works out forward values, and VJPs of single chunks on random
numbers, but no gradient of the loss; where the bench keeps those of an earlier submission, no
child can read them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from grader.bench.bench import Bench
from grader.observe.dependencies import Dependencies, find_dependencies
from grader.observe.probes import ask_for_lines
from grader.process.attempt import Attempt, ClosedRun
from grader.protocol.messages import Answer, Ended
from grader.syntax.autodiff import Forbidden
from grader.syntax.submission import Submission

Replies = tuple[Answer | Ended, ...]


@dataclass(frozen=True)
class Observations:
    """What a submission gave, with its child gone."""

    chain: tuple[Answer | Ended, ...]  # a reply for each of the bench's trials
    # In isolation, at the lecture's view; None where that is exact as the code runs.
    float32_lines: Answer | Ended | None
    dependencies: Dependencies  # the other isolated runs, and what was asked further
    closed: ClosedRun


def observe(
    bench: Bench,
    submission: Submission,
    attempt: Attempt,
    meanwhile: Callable[[Attempt], None] = lambda attempt: None,
) -> Observations:
    """`meanwhile` is called with the child alive, once the code has run as it is written."""
    bench.forget()
    with attempt:
        chain = _run_chain(bench, attempt)
        lines = [ask_for_lines(attempt, point) for point in bench.points[:2]]
        exact = bench.exact(chain[0])
        float32_lines = None if exact else ask_for_lines(attempt, bench.points[2])
        meanwhile(attempt)
        runs = Dependencies(tuple(zip(bench.points[:2], lines, strict=True)))
        dependencies = _ask_on(bench, submission, attempt, chain, runs)
    return Observations(chain, float32_lines, dependencies, attempt.closed())


def _run_chain(bench: Bench, attempt: Attempt) -> Replies:
    """The lecture's view of numbers is in float64 as the decision's: then one call answers both."""
    lecture, decision, *others = bench.trials
    shown = attempt.ask(lecture.request)
    decided = shown if decision.asks_the_same(lecture) else attempt.ask(decision.request)
    return (shown, decided, *(attempt.ask(trial.request) for trial in others))


UNREADABLE = Ended("unreadable")


def nothing_observed(bench: Bench, attempt: Attempt, why: Ended = UNREADABLE) -> Observations:
    """Of a submission that nothing is known of: an attempt that was not begun, or is over."""
    runs = tuple((point, why) for point in bench.points[:2])
    chain = (why,) * len(bench.trials)
    return Observations(chain, why, Dependencies(runs), attempt.closed())


def _ask_on(
    bench: Bench, submission: Submission, attempt: Attempt, chain: Replies, runs: Dependencies
) -> Dependencies:
    """About the lines that are not in the usual form: dependencies.py."""
    if not bench.exercise.kind.reads_other_rows:
        return runs
    answers = [answer for answer in chain if isinstance(answer, Answer)]
    if any(answer.out_of_time for answer in answers):
        attempt.timeout = min(attempt.timeout, 1.0)  # one long wait is enough
    known = {name for answer in answers[:1] for name in (*answer.gradients, *answer.kinds)}
    forbidden = forbidden_in(submission, chain)
    if forbidden is not None and not forbidden.stray:
        known = set()  # then no gradient is the learner's own
    wrote = any(answer.changed for answer in answers)
    names = [name for name in bench.exercise.gradients if name in known]
    return find_dependencies(attempt, runs.runs, names, wrote, submission)


def forbidden_in(submission: Submission, answers: Sequence[Answer | Ended]) -> Forbidden | None:
    """What is not for a derivation by hand, in the text or seen while it ran."""
    found = submission.forbidden
    if found is not None and not found.stray:
        return found
    for answer in answers:
        if isinstance(answer, Answer) and answer.autodiff is not None:
            if found is not None and _only_raised(answer, found):
                continue
            return Forbidden(*answer.autodiff, "blind" if answer.blinded else "autodiff")
    return found


def _only_raised(answer: Answer, stray: Forbidden) -> bool:
    """Whether what was seen is the stray call itself, which ended the code and gave nothing."""
    at = None if answer.autodiff is None else answer.autodiff[0]
    ended = None if answer.raised is None else answer.raised.line
    return not answer.blinded and at == ended == stray.line
