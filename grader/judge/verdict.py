"""From answers and references to a verdict for every gradient.

Everything fails closed: a gradient passes when every trial was answered and every answer
was right; what is missing, late or unreadable is never credit.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import torch

from grader.course.exercise import Exercise
from grader.judge.compare import TOLERANCE, Comparison, first_worst
from grader.judge.dependencies import Findings
from grader.judge.flags import flags_of
from grader.judge.lines import NOTHING, LineRun, Own, own_merits
from grader.judge.missing import autodiff_of, error_of, stopped_at, why_absent
from grader.judge.result import Result, same
from grader.judge.vjp import nearest
from grader.process.answer import Answer, Ended
from grader.report import PASSING, Flag, GradientReport
from grader.syntax.submission import Submission

NOT_GIVEN = Comparison(None)
OTHER_SIZES = "other sizes"


@dataclass(frozen=True)
class Judgement:
    gradients: tuple[GradientReport, ...]
    flags: tuple[Flag, ...]
    error: str | None


@dataclass(frozen=True)
class Judge:
    """`results`: the lecture's view, the decision, then the trials that find what is fixed.

    `findings`: the instrumented function, at the decision's sizes and at others (lines.py),
    and what a second look at it brought.
    """

    exercise: Exercise
    submission: Submission
    results: Sequence[Result]
    findings: Findings
    narrow: LineRun | None = None  # float32: whether a line is exact, given a true upstream

    @cached_property
    def own(self) -> dict[str, Own]:
        """Each line on its own merits."""
        return {name: self._own(name) for name in self.exercise.gradients}

    def _own(self, name: str) -> Own:
        findings = self.findings
        own = own_merits(name, findings.runs, findings.uses.get(name))
        if own.right and self.right_in_chain(name):
            return own
        rebuilt = name in findings.rebuilt and name not in findings.spoiled_at
        if rebuilt and not self.altered(name):
            return Own(None, known=False)
        if not own.right and name in findings.in_step:
            own = own_merits(name, findings.runs_of(name), findings.cut_of(name))
        if own.right or name not in findings.uses:
            return own
        if self._reads_what_was_altered(name):
            return Own(nearest(self.exercise, name))
        if findings.cannot_tell(name):
            return Own(None, known=False)
        return replace(own, known=own.known or name in findings.constant)

    def _reads_what_was_altered(self, name: str) -> bool:
        """Whether it is right but for a gradient that a line above it changed through an alias."""
        findings, run = self.findings, self.findings.restored
        if run is None or findings.changed_at or name in findings.altered_at:
            return False
        return run.right(name, nearest(self.exercise, name))

    @cached_property
    def comparisons(self) -> dict[str, list[Comparison | None]]:
        return {
            name: [result.compare(name) for result in self.results]
            for name in self.exercise.gradients
        }

    @cached_property
    def autodiff(self) -> bool:
        """Whether autograd was found at work: then no gradient given is the learner's own."""
        answers = [result.answer for result in self.results]
        return autodiff_of(self.submission, answers) is not None

    def right_in_chain(self, name: str) -> bool:
        return all(c is not None and c.right for c in self.comparisons[name])

    def altered(self, name: str) -> bool:
        """Whether something wrote to this gradient after it was done."""
        answers = [answer for _, answer in self.findings.asked]
        return any(isinstance(a, Answer) and name in a.altered for a in answers)

    def given(self, name: str) -> bool:
        return self.comparisons[name][0] is not None

    def judgement(self) -> Judgement:
        gradients = tuple(self._report(name) for name in self.exercise.gradients)
        flags = tuple(flags_of(self.exercise, self.results[0].answer, self.in_chain()))
        shown = [result.answer for result in self.results[:2]]
        return Judgement(gradients, flags, error_of(self.submission, shown))

    def in_chain(self) -> list[str]:
        """The gradients given that were not judged line by line."""
        names = [name for name in self.exercise.gradients if self.given(name)]
        if any(isinstance(answer, Ended) for _, answer in self.findings.asked):
            return []
        unfit = [n for n in names if (c := self.comparisons[n][0]) is not None and c.unfit]
        return [name for name in names if name not in unfit and not self.own[name].known]

    def _report(self, name: str) -> GradientReport:
        lecture, own = self.comparisons[name][0] or NOT_GIVEN, self.own[name]
        verdict = self.verdict(name)
        expected = self.results[0].reference.gradients[name]
        exact = lecture.exact
        if own.cut is not None and self.narrow is not None and self.given(name):
            exact = exact or self.narrow.exact(name, own.cut)
        return GradientReport(
            name=name,
            verdict=verdict,
            exact=lecture.exact,
            approximate=lecture.approximate,
            maxdiff=lecture.maxdiff,
            shape=None if lecture.shape is None else lecture.shape[self.exercise.points :],
            expected_shape=tuple(expected.shape[self.exercise.points :]),
            line=self._line(name, verdict),
            diagnosis=None,
            worst=None if verdict in PASSING else first_worst(self.comparisons[name][1:]),
            own_exact=exact,
            is_value=name in self.exercise.values,
        )

    def _line(self, name: str, verdict: str) -> int | None:
        """The line that raised, where that is why there is nothing; else where it is written."""
        place = self.exercise.place(name)
        stops = (self._stopped_at(place, result.answer) for result in self.results[:2])
        stop = next((line for line in stops if line is not None), None)
        return stop if verdict == "errored" and stop else self.submission.line_of(place)

    @cached_property
    def _asked(self) -> frozenset[str]:
        return frozenset(map(self.exercise.place, self.exercise.gradients))

    def _stopped_at(self, place: str, answer: Answer | Ended) -> int | None:
        return stopped_at(place, self.submission, answer, self._asked)

    def verdict(self, name: str) -> str:
        place = self.exercise.place(name)
        if self.autodiff and (self.given(name) or self.submission.attempts(place)):
            return "forbidden"
        # Layers and operations run again and again: what one gave, it gave in a call that ended.
        whole = self.exercise.kind.classes
        for result, comparison in zip(self.results[:2], self.comparisons[name], strict=False):
            raised = not whole and self._stopped_at(place, result.answer) is not None
            if comparison is None or raised:
                return why_absent(place, self.submission, result.answer, self._asked)
        ended = [r.answer for r in self.results if isinstance(r.answer, Ended)]
        if ended:
            return why_absent(place, self.submission, ended[0], self._asked)
        own, right = self.own[name], self.right_in_chain(name)
        if self.altered(name):
            return "wrong"
        if right and (own.right or (not own.known and not self._by_structure_only(name))):
            lecture = self.comparisons[name][0]
            return "exact" if lecture is not None and lecture.exact else "approximate"
        if not right and self._inherits(name):
            return "inherited"
        shown = self.comparisons[name][:2]  # at other sizes a hard-coded one misfits too
        unfit = [c.unfit for c in shown if c is not None and c.unfit is not None]
        return "wrong_shape" if unfit and unfit[0].misshapen else "wrong"

    def _inherits(self, name: str) -> bool:
        """Whether what is wrong came from above: right on its own, or where that cannot be
        told, what follows from the upstream gradients submitted."""
        if self.own[name].known:
            right = self.own[name].right or self._made_of_values(name)
            return right and not self._upstream_right(name)
        if name in self.exercise.values:
            rests_on = self.exercise.rests_on.get(name, ())
            return not all(map(self.right_in_chain, rests_on))
        return not self.altered(name) and all(
            self.results[number].follows(name) for number in self._wrong_in(name)
        )

    def _made_of_values(self, name: str) -> bool:
        """Whether a value follows, wherever it is wrong, from others that were submitted."""
        wrong = [self.results[at] for at in self._wrong_in(name)]
        if name not in self.exercise.values or not all(r.follows_from_values(name) for r in wrong):
            return False
        # What is the same whatever is asked is made of nothing.
        return any(not same(result.given[name], wrong[0].given[name]) for result in wrong)

    def _wrong_in(self, name: str) -> list[int]:
        """The results that show a gradient wrong: in float64, or else in float32."""
        wrong = [at for at, c in enumerate(self.comparisons[name]) if c is None or not c.right]
        return [at for at in wrong if self.results[at].trial.dtype is torch.float64] or wrong

    def _by_structure_only(self, name: str) -> bool:
        """Whether it is zero at any rate, and nothing above it, right, can have led there.

        A sum that cancels leaves rounding behind, torch's and the learner's; what leaves none
        wherever torch's does is no such sum.
        """
        decision, *others = (r for r in self.results if r.trial.dtype is torch.float64)
        reference = decision.reference
        zero = reference.gradients[name].abs().max() <= TOLERANCE * reference.scales[name]
        if not zero or name not in decision.given or decision.given[name].any():
            return False
        no_sum = all(
            name in r.given and not r.given[name].any() and r.reference.gradients[name].any()
            for r in (decision, *others)
        )
        return no_sum or not all(map(self.right_in_chain, nearest(self.exercise, name)))

    def _upstream_right(self, name: str) -> bool:
        """Whether the gradients that the line uses are right wherever it is wrong itself.

        Then nothing was inherited: something changed this one afterwards.
        """
        cut = self.findings.uses.get(name) or self.own[name].cut or NOTHING
        rests_on = set(self.exercise.rests_on.get(name, ()))
        if any(self.own[other].known and not self.own[other].right for other in rests_on):
            return False
        cut |= rests_on
        for number in self._wrong_in(name):
            if self.comparisons[name][number] is None:  # not reached: nothing is known of it
                continue
            upstream = [self.comparisons[other][number] for other in cut]
            if all(c is not None and c.right for c in upstream):
                return True
        return False
