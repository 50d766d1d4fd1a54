"""The verdict where no value was given, and what kept the code from running to its end."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from grader.protocol.messages import Answer, Ended, Raised
from grader.rows import Row
from grader.syntax.autodiff import Forbidden
from grader.syntax.submission import Submission


def verdict_if_missing(
    row: Row, submission: Submission, answer: Answer | Ended, rows: Sequence[Row]
) -> str:
    """Out of time, raised before it, or never written. `rows`: all that are asked for."""
    if isinstance(answer, Ended):
        return "timeout" if answer.how in ("timeout", "cpu") else "errored"
    if answer.unusable is not None:
        return "errored"
    place, raised = row.written_at, answer.raised
    stopped = stopped_at(row, submission, answer, rows) is not None
    if submission.unwritten(place) and not (stopped and submission.holds_lines(place)):
        return "missing"
    if raised is not None and (stopped or submission.attempts(place)):
        return "timeout" if raised.out_of_time else "errored"
    return "missing"


@dataclass(frozen=True)
class Stop:
    """What kept the code from running to its end where it is shown: one of these."""

    problem: str | None = None  # the submission cannot be graded at all
    forbidden: Forbidden | None = None
    ended: Ended | None = None
    unusable: str | None = None
    raised: Raised | None = None


def stop_of(
    submission: Submission, answers: Sequence[Answer | Ended], forbidden: Forbidden | None
) -> Stop | None:
    """None where it ran to its end. `answers`: those that are shown."""
    if submission.problem is not None:
        return Stop(problem=submission.problem)
    if forbidden is not None:
        return Stop(forbidden=forbidden)
    for answer in answers:
        if isinstance(answer, Ended):
            return Stop(ended=answer)
        if answer.unusable is not None or answer.raised is not None:
            return Stop(unusable=answer.unusable, raised=answer.raised)
    return None


def stopped_at(
    row: Row, submission: Submission, answer: Answer | Ended, rows: Sequence[Row]
) -> int | None:
    """The line that raised, where it is one that would have made this gradient."""
    raised = None if isinstance(answer, Ended) else answer.raised
    if raised is None or raised.line is None:
        return None
    place = row.written_at
    method, inside, target = place.partition(":")
    if inside or "." in method:
        at = submission.method_at(raised.line)
        return raised.line if method == at or not target else None
    written = submission.gradients.get(place)
    # The first that writes it, or the one that finishes it: one in between may have been handed
    # what the first made wrong.
    first = None if written is None else written.writes[0].line
    own = raised.line in (first, submission.written_on(place))
    return raised.line if own or place == _misspelt(submission, raised, rows) else None


def _misspelt(submission: Submission, raised: Raised, rows: Sequence[Row]) -> str | None:
    """The gradient that the line which raised was going to use, under a misspelt name."""
    if raised.type not in ("NameError", "UnboundLocalError"):
        return None
    places = [row.written_at for row in rows]
    for key, line in submission.lines.items():
        if line == raised.line and key not in places and f"'{key}'" in raised.message:
            return next(iter(get_close_matches(key, places, n=1)), None)
    return None
