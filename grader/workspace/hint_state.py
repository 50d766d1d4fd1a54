"""What a hint builds on: how an exercise was last graded, and the rungs shown since.

Kept in .handgrad/hints.json. What cannot be read counts as nothing: the ladder starts anew.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from grader.report import Report
from grader.workspace.kit import Kit
from grader.workspace.whole_file import read_entries, update_entries

HINTS = Path(".handgrad") / "hints.json"


@dataclass(frozen=True)
class Finding:
    """What the last grading said of one gradient."""

    verdict: str
    message: str | None = None  # the diagnosis, or what the line raised
    mistake: str | None = None  # its id, where there is a diagnosis


@dataclass(frozen=True)
class LastGrading:
    graded: bool = False
    passed: bool = False
    first: str | None = None  # the first own error
    saved: int | None = None  # when the file was last written to, in ns, as it was graded
    findings: dict[str, Finding] = field(default_factory=dict)
    rungs: dict[str, int] = field(default_factory=dict)  # the last one shown, by gradient

    def finding(self, gradient: str) -> Finding | None:
        return self.findings.get(gradient)


def saved_at(folder: Kit, exercise: str) -> int | None:
    try:
        return folder.stub(exercise).stat().st_mtime_ns
    except OSError:
        return None


def last_grading(folder: Kit, exercise: str) -> LastGrading:
    return _read_entry(read_entries(folder.root / HINTS).get(exercise))


def note_grading(folder: Kit, report: Report) -> None:
    """A gradient with another diagnosis than before has its ladder climbed anew."""
    saved = saved_at(folder, report.exercise)
    if begun_anew(folder, report.exercise):
        forget(folder, report.exercise)
    _update(folder, report.exercise, lambda before: _after(before, report, saved))


def begun_anew(folder: Kit, exercise: str) -> bool:
    """Whether the file that was graded last has been replaced by the stub, by whatever means."""
    graded = last_grading(folder, exercise).saved
    changed = graded is not None and graded != saved_at(folder, exercise)
    return changed and folder.untouched(exercise)


def _after(before: LastGrading, report: Report, saved: int | None) -> LastGrading:
    findings = {
        gradient.name: Finding(
            gradient.verdict,
            report.error if gradient.verdict in ("errored", "timeout") else None,
        )
        if gradient.diagnosis is None
        else Finding(gradient.verdict, gradient.diagnosis.message, gradient.diagnosis.mistake)
        for gradient in report.gradients
    }
    first = report.first_own_error
    rungs = {
        name: rung
        for name, rung in before.rungs.items()
        if name in findings and _said(findings[name]) == _said(before.finding(name))
    }
    return LastGrading(
        graded=True,
        passed=report.passed,
        first=None if first is None else first.name,
        saved=saved,
        findings=findings,
        rungs=rungs,
    )


def _said(finding: Finding | None) -> str | None:
    return None if finding is None else finding.message


def note_rung(folder: Kit, exercise: str, gradient: str, rung: int) -> None:
    anew = begun_anew(folder, exercise)

    def climbed(before: LastGrading) -> LastGrading:
        before = LastGrading() if anew else before
        rungs = before.rungs | {gradient: max(rung, before.rungs.get(gradient, 0))}
        return replace(before, rungs=rungs)

    _update(folder, exercise, climbed)


def forget(folder: Kit, exercise: str) -> None:
    """The file that was graded is no longer there."""
    if exercise in read_entries(folder.root / HINTS):
        _update(folder, exercise, lambda before: None)


def _update(
    folder: Kit, exercise: str, change: Callable[[LastGrading], LastGrading | None]
) -> None:
    """`change` is of what is kept then: another process may have written meanwhile."""

    def changed(entries: dict[str, Any]) -> dict[str, Any]:
        others = {name: entry for name, entry in entries.items() if name != exercise}
        grading = change(_read_entry(entries.get(exercise)))
        return others if grading is None else others | {exercise: asdict(grading)}

    update_entries(folder.root / HINTS, changed)


def _read_entry(entry: Any) -> LastGrading:
    """An entry with anything unexpected in it is none."""
    try:
        findings = {name: Finding(**given) for name, given in entry["findings"].items()}
        grading = LastGrading(**(entry | {"findings": findings}))
    except (TypeError, KeyError, AttributeError):
        return LastGrading()
    texts = [
        grading.first,
        *(text for f in findings.values() for text in (f.verdict, f.message, f.mistake)),
    ]
    sound = (
        all(text is None or isinstance(text, str) for text in texts)
        and isinstance(grading.rungs, dict)
        and all(isinstance(rung, int) for rung in grading.rungs.values())
    )
    return grading if sound else LastGrading()
