"""From answers and references to a verdict for every gradient.

Everything fails closed: a gradient passes when every trial was answered and every answer
was right; what is missing, late or unreadable is never credit.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from grader.answer import Answer, Ended
from grader.comparison import NUMBERS, Comparison, Unfit, compare
from grader.errors import did_you_mean
from grader.exercise import Exercise
from grader.inspection import Findings
from grader.lines import NOTHING, LineRun, Own, own_merits
from grader.report import PASSING, Flag, GradientReport
from grader.submission import Submission
from grader.trial import Reference, Trial
from grader.wording import ended_sentence, raised_sentence

NOT_GIVEN = Comparison(None)
OTHER_SIZES = "other sizes"


@dataclass(frozen=True)
class Result:
    """One trial: what was asked, what came back, what torch says."""

    trial: Trial
    answer: Answer | Ended
    reference: Reference

    def compare(self, name: str) -> Comparison | None:
        """None where this gradient was not given."""
        answer = self.answer
        if isinstance(answer, Ended) or not (name in answer.gradients or name in answer.kinds):
            return None
        return compare(
            answer.gradients.get(name),
            answer.kinds.get(name),
            self.reference.gradients[name],
            self.reference.scales[name],
        )


@dataclass(frozen=True)
class Judgement:
    gradients: tuple[GradientReport, ...]
    flags: tuple[Flag, ...]
    error: str | None


@dataclass(frozen=True)
class Judge:
    """`results`: the lecture's view, the decision, then the trials that find what is fixed.

    `runs`: the instrumented function, at the decision's sizes and at others (lines.py).
    `findings`: the second look, where there was one.
    """

    exercise: Exercise
    submission: Submission
    results: Sequence[Result]
    runs: tuple[LineRun, ...]
    narrow: LineRun | None = None  # float32: whether a line is exact, given a true upstream
    findings: Findings = field(default_factory=Findings)

    @cached_property
    def own(self) -> dict[str, Own]:
        """Each line on its own merits; the second look counts where there was one."""
        runs = self.findings.runs or self.runs
        return {
            name: own_merits(name, runs, self.findings.uses) for name in self.exercise.gradients
        }

    @cached_property
    def comparisons(self) -> dict[str, list[Comparison | None]]:
        return {
            name: [result.compare(name) for result in self.results]
            for name in self.exercise.gradients
        }

    def right_in_chain(self, name: str) -> bool:
        return all(c is not None and c.right for c in self.comparisons[name])

    def altered(self, name: str) -> bool:
        """Whether something wrote to this gradient after it was done."""
        answers = [run.answer for run in self.findings.runs or self.runs]
        return any(isinstance(a, Answer) and name in a.altered for a in answers)

    @property
    def open_lines(self) -> list[str]:
        """What a second look is needed for; [] where all is right in the usual form."""
        return [
            name
            for name in self.exercise.gradients
            if self.given(name)
            and not (self.right_in_chain(name) and self.own[name].right and not self.altered(name))
        ]

    def given(self, name: str) -> bool:
        return self.comparisons[name][0] is not None

    def judgement(self) -> Judgement:
        gradients = tuple(self._report(name) for name in self.exercise.gradients)
        flags = tuple(_flags(self.exercise, self.results))
        return Judgement(gradients, flags, _error(self.submission, self.results))

    def _report(self, name: str) -> GradientReport:
        lecture = self.comparisons[name][0] or NOT_GIVEN
        verdict = self.verdict(name)
        own = self.own[name]
        exact = lecture.exact
        if own.cut is not None and self.narrow is not None and self.given(name):
            exact = exact or self.narrow.exact(name, own.cut)
        return GradientReport(
            name=name,
            verdict=verdict,
            exact=lecture.exact,
            approximate=lecture.approximate,
            maxdiff=lecture.maxdiff,
            shape=lecture.shape,
            expected_shape=tuple(self.results[0].reference.gradients[name].shape),
            line=self.submission.lines.get("d" + name),
            diagnosis=None,
            worst=_worst(verdict, self.comparisons[name]),
            own_exact=exact,
        )

    def verdict(self, name: str) -> str:
        for result, comparison in zip(self.results[:2], self.comparisons[name], strict=False):
            if comparison is None:
                return _why_absent(name, self.submission, result.answer)
        ended = [r.answer for r in self.results if isinstance(r.answer, Ended)]
        if ended:
            return _why_absent(name, self.submission, ended[0])
        own, right = self.own[name], self.right_in_chain(name)
        if self.altered(name):
            return "wrong"
        if right and (own.right or not own.known):
            lecture = self.comparisons[name][0]
            return "exact" if lecture is not None and lecture.exact else "approximate"
        if not right and own.right and not self._upstream_right(name):
            return "inherited"
        unfit = [c.unfit for c in self.comparisons[name] if c is not None and c.unfit is not None]
        return "wrong_shape" if unfit and misshapen(unfit[0]) else "wrong"

    def _upstream_right(self, name: str) -> bool:
        """Whether the gradients that the line uses are right wherever it is wrong itself.

        Then nothing was inherited: something changed this one afterwards.
        """
        cut = self.own[name].cut or NOTHING
        for number, comparison in enumerate(self.comparisons[name]):
            if comparison is None or not comparison.right:
                upstream = [self.comparisons[other][number] for other in cut]
                if all(c is not None and c.right for c in upstream):
                    return True
        return False


def misshapen(unfit: Unfit) -> bool:
    number = unfit.mistake == "not-a-tensor" and unfit.evidence["kind"] in NUMBERS
    return number or unfit.mistake == "wrong-shape"


def _worst(verdict: str, comparisons: Sequence[Comparison | None]) -> dict[str, Any] | None:
    """Of the first float64 comparison that shows the gradient wrong."""
    if verdict in PASSING:
        return None
    return next((c.worst for c in comparisons[1:] if c is not None and c.worst), None)


def _why_absent(name: str, submission: Submission, answer: Answer | Ended) -> str:
    """The verdict where no value came: out of time, raised before it, or never written."""
    if isinstance(answer, Ended):
        return "timeout" if answer.how == "timeout" else "errored"
    if answer.unusable is not None:
        return "errored"
    if "d" + name in submission.attempted and answer.raised is not None:
        return "timeout" if answer.raised.out_of_time else "errored"
    return "missing"


def _flags(exercise: Exercise, results: Sequence[Result]) -> list[Flag]:
    answer = results[0].answer
    if isinstance(answer, Ended):
        return []
    flags = [
        Flag("forward-value-changed", f"`{name}` was changed in place; copy before you write.")
        for name in answer.changed
    ]
    keys = ["d" + name for name in exercise.gradients]
    for name in exercise.gradients:
        if name in answer.gradients or name in answer.kinds or answer.raised is not None:
            continue
        near = did_you_mean("d" + name, [key for key in answer.others if key not in keys])
        if near != ".":
            flags.append(Flag("unknown-key", f"`d{name}` was not returned{near}"))
    return flags


def _error(submission: Submission, results: Sequence[Result]) -> str | None:
    """The sentence for what kept the code from running to its end where it is shown."""
    if submission.problem is not None:
        return submission.problem
    for result in results[:2]:
        answer = result.answer
        if isinstance(answer, Ended):
            return f"{submission.path}: {ended_sentence(answer)}"
        if answer.unusable is not None:
            return f"{submission.path}: {answer.unusable}"
        if answer.raised is not None:
            return f"{submission.path}, {raised_sentence(answer.raised)}"
    return None
