"""Why a gradient, or the whole run, came to nothing: a verdict, and a sentence."""

import re
from collections.abc import Collection, Sequence
from difflib import get_close_matches

from grader.process.answer import Answer, Ended, Raised
from grader.render.messages import ended_sentence, raised_sentence
from grader.syntax.places import method_at
from grader.syntax.submission import Submission


def why_absent(
    place: str, submission: Submission, answer: Answer | Ended, asked: Collection[str]
) -> str:
    """The verdict where no value came: out of time, raised before it, or never written.

    `place`: where it is written, as Submission.lines names it. `asked`: all such places.
    """
    if isinstance(answer, Ended):
        return "timeout" if answer.how in ("timeout", "cpu") else "errored"
    if answer.unusable is not None:
        return "errored"
    raised, stopped = answer.raised, stopped_at(place, submission, answer, asked) is not None
    if submission.unwritten(place) and not (stopped and submission.holds_lines(place)):
        return "missing"
    if raised is not None and (stopped or submission.attempts(place)):
        return "timeout" if raised.out_of_time else "errored"
    return "missing"


def autodiff_of(
    submission: Submission, answers: Sequence[Answer | Ended]
) -> tuple[int, str] | None:
    """Where autograd was found at work, in the text or while it ran: (line, what)."""
    seen = (answer.autodiff for answer in answers if isinstance(answer, Answer))
    return submission.autodiff or next((found for found in seen if found is not None), None)


def error_of(submission: Submission, answers: Sequence[Answer | Ended]) -> str | None:
    """The sentence for what kept the code from running to its end where it is shown."""
    if submission.problem is not None:
        return submission.problem
    autodiff = autodiff_of(submission, answers)
    if autodiff is not None:
        line, what = autodiff
        where = f"{submission.path}, line {line}" if line else str(submission.path)
        return f"{where}: {what} is automatic differentiation; here gradients are derived by hand."
    for answer in answers:
        if isinstance(answer, Ended):
            return f"{submission.path}: {ended_sentence(answer)}"
        if answer.unusable is not None:
            return f"{submission.path}: {answer.unusable}"
        if answer.raised is not None:
            unwritten = _unwritten_on(submission, answer.raised.line)
            said = f"{submission.path}, {raised_sentence(answer.raised)}"
            return said + (f" {unwritten[0]} is not written yet." if unwritten else "")
    return None


def stopped_at(
    place: str, submission: Submission, answer: Answer | Ended, asked: Collection[str]
) -> int | None:
    """The line that raised, where it is one that was to make this gradient."""
    raised = None if isinstance(answer, Ended) else answer.raised
    if raised is None or raised.line is None:
        return None
    method, inside, target = place.partition(":")
    if inside or "." in method:
        at = method_at(submission.source, raised.line)
        return raised.line if method == at or not target else None
    finished = raised.line == submission.written_on(place)
    return raised.line if finished or place == _misspelt(submission, raised, asked) else None


def _misspelt(submission: Submission, raised: Raised, asked: Collection[str]) -> str | None:
    """The gradient that the line which raised was to go on with, under a name that is none."""
    if raised.type not in ("NameError", "UnboundLocalError"):
        return None
    for key, line in submission.lines.items():
        if line == raised.line and key not in asked and f"'{key}'" in raised.message:
            return next(iter(get_close_matches(key, asked, n=1)), None)
    return None


def _unwritten_on(submission: Submission, line: int | None) -> list[str]:
    """Gradients that the line reads and that are None so far."""
    # A slice, for the line is what the child says: there may be no such line.
    text = "".join(submission.source.split("\n")[line - 1 : line]) if line else ""
    _, _, read = text.partition("=")
    names = dict.fromkeys(re.findall(r"\bd\w+", read))
    return [key for key in names if key in submission.lines and key not in submission.attempted]
