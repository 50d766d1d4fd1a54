"""A report on a slice of a notebook, with the cell and line of everything that it names."""

import re
from collections.abc import Iterator
from dataclasses import replace

from grader.report import Flag, GradientReport, Report
from grader.saved_output import saved_flags
from grader.syntax.submission import Submission

LINE = re.compile(r"\b[Ll]ine (\d+)")


def placed(report: Report, submission: Submission) -> Report:
    """The report itself, where the submission is a file."""
    if not submission.places and not submission.notes:
        return report
    stopped = report.stopped
    if stopped is not None:
        stopped = replace(stopped, place=submission.place(stopped.line))
    report = replace(report, flags=tuple(_flags(report, submission)))
    return replace(
        report,
        stopped=stopped,
        gradients=tuple(_placed(gradient, submission) for gradient in report.gradients),
        flags=(*report.flags, *saved_flags(report, submission)),
        error=None if report.error is None else _named(report.error, submission),
        trace=_named(report.trace, submission),
    )


def _placed(gradient: GradientReport, submission: Submission) -> GradientReport:
    found = gradient.diagnosis
    if found is not None:
        found = replace(found, message=_named(found.message, submission))
    return replace(gradient, diagnosis=found, place=submission.place(gradient.line))


def _flags(report: Report, submission: Submission) -> Iterator[Flag]:
    """What was seen when the notebook was read comes first."""
    for note in submission.notes:
        yield Flag(note.note, note.message)
    renamed = " ".join(note.message for note in submission.notes if note.note == "renamed")
    for flag in report.flags:
        key = flag.message.partition(" ")[0]  # `dh`, of what was not returned
        if flag.flag == "unknown-key" and f"nothing writes {key};" in renamed:
            continue
        yield replace(flag, message=_named(flag.message, submission))


def _named(said: str, submission: Submission) -> str:
    """A sentence, with the lines of what was run called as in the notebook."""

    def named(match: re.Match[str]) -> str:
        place = submission.place(int(match[1]))
        return match[0] if place is None else str(place)

    return LINE.sub(named, said)
