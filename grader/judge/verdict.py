"""From what is known of a submission to a verdict for every gradient.

Everything fails closed: a gradient passes when every trial was answered and every answer
was right; what is missing, late or unreadable is never credit.
"""

from dataclasses import dataclass, replace
from typing import Any

from grader.judge.compare import Comparison, worst_entry
from grader.judge.facts import Facts
from grader.judge.missing import stopped_at, verdict_if_missing
from grader.protocol.messages import Answer, Ended
from grader.report import PASSING
from grader.rows import Row

NOT_GIVEN = Comparison(None)


@dataclass(frozen=True)
class Verdict:
    """Of one row, with what the report shows of it."""

    row: Row
    verdict: str
    line: int | None  # where it is last assigned, or where the code raised before that
    shown: Comparison  # the lecture's view
    expected_shape: tuple[int, ...]
    own_exact: bool  # exact, given a true upstream
    worst: dict[str, Any] | None  # of a wrong one: index, yours, expected

    @property
    def name(self) -> str:
        return self.row.name


def verdicts(facts: Facts, strict: bool = False) -> tuple[Verdict, ...]:
    """`strict`: a gradient has its value's shape, leading 1s included."""
    return tuple(_verdict(facts, row, strict) for row in facts.exercise.rows)


def _verdict(facts: Facts, row: Row, strict: bool) -> Verdict:
    name, points = row.name, facts.exercise.points
    comparisons, line = facts.comparisons[name], facts.lines[name]
    shown, word = comparisons[0] or NOT_GIVEN, verdict_of(facts, row)
    if row.written_at in facts.submission.stood_in:
        shown = NOT_GIVEN
    if strict and word in (*PASSING, "inherited") and facts.has_other_leading_ones(name):
        word = "wrong_shape"
    if points and shown.shape is not None:
        shown = replace(shown, shape=shown.shape[points:])
    own_exact = shown.exact
    alone = facts.float32_lines
    if alone is not None and line.cut is not None and facts.given(name):
        own_exact = own_exact or alone.exact(name, line.cut)
    return Verdict(
        row=row,
        verdict=word,
        line=_line(facts, row, word),
        shown=shown,
        expected_shape=tuple(facts.lecture.reference.gradients[name].shape[points:]),
        own_exact=own_exact,
        worst=None if word in PASSING else _worst(facts, name),
    )


def _worst(facts: Facts, name: str) -> dict[str, Any] | None:
    """The entry that is furthest off, where what was given can be compared and is wrong."""
    for run, compared in zip(facts.chain[1:], facts.comparisons[name][1:], strict=True):
        if compared is not None and compared.unfit is None and not compared.right:
            return worst_entry(run.given[name], run.reference.gradients[name])
    return None


def _line(facts: Facts, row: Row, verdict: str) -> int | None:
    """The line that raised, where that is why there is nothing; else where it is written."""
    if verdict == "errored":
        for run in facts.chain[:2]:
            if stop := _stopped_at(facts, row, run.answer):
                return stop
    return facts.submission.line_of(row.written_at)


def _stopped_at(facts: Facts, row: Row, answer: Answer | Ended) -> int | None:
    return stopped_at(row, facts.submission, answer, facts.exercise.rows)


def verdict_of(facts: Facts, row: Row) -> str:
    name, submission = row.name, facts.submission
    autograds = facts.forbidden is not None and not facts.forbidden.stray
    if autograds and (facts.given(name) or submission.attempts(row.written_at)):
        return "forbidden"
    if row.written_at in submission.stood_in:  # where the code raises, it is given all the same
        return "missing"
    if submission.refused:  # not run: what is not seen in the text may be there all the same
        return "forbidden" if submission.written_on(row.written_at) is None else "missing"
    # Layers and operations run again and again: what one gave, it gave in a call that ended.
    whole = facts.exercise.kind.runs_rows_alone
    for run, comparison in zip(facts.chain[:2], facts.comparisons[name], strict=False):
        stopped = None if whole else _stopped_at(facts, row, run.answer)
        if comparison is None or stopped is not None:
            missing = verdict_if_missing(row, submission, run.answer, facts.exercise.rows)
            if missing == "errored" and facts.judged_alone(name, stopped):
                return "inherited" if facts.lines[name].right else "wrong"
            return missing
    for run in facts.chain:
        if isinstance(run.answer, Ended):
            return verdict_if_missing(row, submission, run.answer, facts.exercise.rows)
        if run.answer.cut_off(name):  # it was given before: it is written, and was in time there
            return "timeout"
    if facts.altered(name) or (facts.input_bound is not None and facts.input_bound.row == name):
        return "wrong"
    line, right = facts.lines[name], facts.right_in_chain(name)
    if right and (line.right or not (line.decidable or facts.zero_only_by_structure(name))):
        shown = facts.comparisons[name][0]
        return "exact" if shown is not None and shown.exact else "approximate"
    if not right and facts.inherits(name):
        return "inherited"
    shown_twice = facts.comparisons[name][:2]  # at other sizes a hard-coded one misfits too
    unfit = [c.unfit for c in shown_twice if c is not None and c.unfit is not None]
    return "wrong_shape" if unfit and unfit[0].misshapen else "wrong"


def judged_in_chain(facts: Facts) -> list[str]:
    """The gradients given that were not judged line by line."""
    answers = [answer for _, answer in facts.dependencies.runs]
    if any(isinstance(answer, Ended) or answer.out_of_time for answer in answers):
        return []
    return [
        name
        for name in facts.exercise.gradients
        if (shown := facts.comparisons[name][0]) is not None
        and shown.unfit is None
        and not facts.lines[name].decidable
    ]
