"""From answers and references to a verdict for every gradient.

Everything fails closed: a gradient passes when every trial was answered and every answer
was right; what is missing, late or unreadable is never credit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from grader.answer import Answer, Ended
from grader.comparison import Comparison, compare
from grader.errors import did_you_mean
from grader.exercise import Exercise
from grader.mistakes import diagnosis
from grader.report import PASSING, Diagnosis, Flag, GradientReport
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


def judge(exercise: Exercise, submission: Submission, results: Sequence[Result]) -> Judgement:
    """`results`: the lecture's view, the decision, then the trials that find what is fixed."""
    gradients = tuple(_judge_one(name, submission, results) for name in exercise.gradients)
    return Judgement(gradients, tuple(_flags(exercise, results)), _error(submission, results))


def _judge_one(name: str, submission: Submission, results: Sequence[Result]) -> GradientReport:
    comparisons = [result.compare(name) for result in results]
    lecture = comparisons[0] or NOT_GIVEN
    verdict, found = _verdict(name, submission, results, comparisons)
    return GradientReport(
        name=name,
        verdict=verdict,
        exact=lecture.exact,
        approximate=lecture.approximate,
        maxdiff=lecture.maxdiff,
        shape=lecture.shape,
        expected_shape=tuple(results[0].reference.gradients[name].shape),
        line=submission.lines.get("d" + name),
        diagnosis=found,
        worst=_worst(verdict, comparisons),
    )


def _worst(verdict: str, comparisons: Sequence[Comparison | None]) -> dict[str, Any] | None:
    """Of the first float64 comparison that shows the gradient wrong."""
    if verdict in PASSING:
        return None
    return next((c.worst for c in comparisons[1:] if c is not None and c.worst), None)


def _verdict(
    name: str,
    submission: Submission,
    results: Sequence[Result],
    comparisons: Sequence[Comparison | None],
) -> tuple[str, Diagnosis | None]:
    lecture, decision = comparisons[:2]
    for result, comparison in zip(results[:2], (lecture, decision), strict=True):
        if comparison is None:
            return _why_absent(name, submission, result.answer), None
        if comparison.unfit is not None:
            scalar = comparison.unfit.mistake == "not-a-tensor" and comparison.shape == ()
            misshapen = scalar or comparison.unfit.mistake == "wrong-shape"
            found = diagnosis(comparison.unfit.mistake, comparison.unfit.evidence)
            return "wrong_shape" if misshapen else "wrong", found
    assert lecture is not None and decision is not None
    if not decision.right:
        return "wrong", None
    for result, comparison in zip(results[2:], comparisons[2:], strict=True):
        if comparison is None or not comparison.right:
            return _elsewhere(name, submission, result, comparison)
    return ("exact" if lecture.exact else "approximate"), None


def _why_absent(name: str, submission: Submission, answer: Answer | Ended) -> str:
    """The verdict where no value came: out of time, raised before it, or never written."""
    if isinstance(answer, Ended):
        return "timeout" if answer.how == "timeout" else "errored"
    if answer.unusable is not None:
        return "errored"
    if "d" + name in submission.attempted and answer.raised is not None:
        return "timeout" if answer.raised.out_of_time else "errored"
    return "missing"


def _elsewhere(
    name: str, submission: Submission, result: Result, comparison: Comparison | None
) -> tuple[str, Diagnosis | None]:
    """Right on the seed and sizes that are shown, and not on others."""
    if isinstance(result.answer, Ended):
        return _why_absent(name, submission, result.answer), None
    if result.trial.label != OTHER_SIZES:
        return "wrong", diagnosis("memorised-numbers", {"where": result.trial.label})
    sizes = ", ".join(f"{size} {value}" for size, value in result.trial.sizes.items())
    raised = result.answer.raised
    if comparison is None and raised is not None:
        said = raised_sentence(raised)
        return "wrong", diagnosis("hard-coded-size", {"sizes": sizes, "said": said})
    return "wrong", diagnosis("hard-coded-size", {"sizes": sizes})


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
