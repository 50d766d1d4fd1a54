"""A report on a terminal: the lecture's columns, the verdict, and what to do next."""

import io
import sys
from collections.abc import Iterator
from pathlib import Path
from shlex import quote

from rich.console import Console, Group, RenderableType
from rich.text import Text

from grader.course import EXERCISES
from grader.course.derivation import DERIVED
from grader.course.exercise import Exercise, load_exercise
from grader.errors import shown
from grader.render.calls import CallAfter, Calls
from grader.render.first_error import first_error
from grader.render.paragraph import on_one_line, paragraph, quoted
from grader.render.sentences import (
    error_sentence,
    legend,
    notes_of,
    score_words,
    training_sentence,
)
from grader.render.table import STYLES, ReportTable
from grader.report import GradientReport, Report

MOST_ROWS = 100  # of a table that was kept in a file

__all__ = ["STYLES", "console", "report_view"]


def console(stderr: bool = False) -> Console:
    """80 columns where there is no terminal to ask; NO_COLOR and pipes are rich's to honour."""
    stream = sys.stderr if stderr else sys.stdout
    if isinstance(stream, io.TextIOWrapper):  # a learner's word that the encoding has not
        stream.reconfigure(errors="backslashreplace")
    return Console(stderr=stderr, highlight=False, soft_wrap=False)


def table_text(report: Report) -> str:
    """The table alone, as on a screen of 80 columns."""
    page = Console(file=io.StringIO(), width=80, highlight=False, color_system=None)
    with page.capture() as captured:
        page.print(ReportTable(report))
    return captured.get().rstrip("\n")


def report_view(
    report: Report,
    exercise: Exercise,
    worked_answer: bool = False,
    again: str = "",
    last_table: str = "",
) -> RenderableType:
    """`again` is the call that grades the same file in the same way, where it has options;
    `last_table` how the file was graded when it could last be read."""
    again = again or f"grade {report.exercise}"
    parts: list[RenderableType] = [Text(f"{report.exercise}: {exercise.title}", style="bold")]
    parts += [paragraph(shown(Path(report.submission)), "dim"), Text()]
    if report.unread:
        parts.append(quoted(error_sentence(report), "red"))
        if last_table:
            parts += [Text(), Text("As it was last graded:"), Text()]
            parts += [on_one_line(line, "dim") for line in last_table.split("\n")[:MOST_ROWS]]
    else:
        parts += [ReportTable(report), Text(), *_after_table(report, exercise)]
    parts += [Text(), _score(report), *_next_step(report, worked_answer, again)]
    return Group(*_single_spaced(parts))


def _single_spaced(parts: list[RenderableType]) -> Iterator[RenderableType]:
    """Without the second of two empty lines."""
    for before, part in zip([None, *parts], parts, strict=False):
        if not (isinstance(part, Text) and isinstance(before, Text) and not part and not before):
            yield part


def _after_table(report: Report, exercise: Exercise) -> Iterator[RenderableType]:
    yield from (paragraph(sentence, "dim") for sentence in legend(report, exercise))
    yield Text()
    if report.error is not None:
        yield quoted(error_sentence(report), "red")
        yield Text()
    notes = notes_of(report)
    yield from (quoted(f"Note: {note}", "yellow") for note in notes)
    if notes:
        yield Text()
    yield from first_error(report, exercise)
    if said := training_sentence(report):
        yield paragraph(said)


def _score(report: Report) -> Text:
    word, score = score_words(report)
    style = "bold green" if report.passed else "bold"
    return Text.assemble((f"{report.exercise}: {word}", style), score)


def _next_step(report: Report, worked_answer: bool, again: str) -> Iterator[RenderableType]:
    name, first = report.exercise, report.first_own_error
    if worked_answer:
        yield Text("This is the worked answer. To start on your own:")
        method = load_exercise(name).kind.in_methods
        begin = "write the first method" if method else "replace the first None"
        yield Text(f"  1. open exercises/{name}.py and {begin}")
        yield Text(f"  2. run: grade {name}")
    elif report.passed:
        yield from _onward(report)
    elif first is None and report.strict and report.error is None:
        yield Text("--strict passes exact gradients only.")
    else:
        unwritten = first is not None and first.verdict == "missing" and not first.diagnosis
        if first is not None and unwritten and report.error is None:
            value = first.is_value and first.shown_as  # "backward on many graphs"
            what = f"write {load_exercise(name).word(first.name) if value else first.label}"
        else:
            line = report.stopped_first or (report.error is None and first)
            what = "fix that line" if line else "fix that"
        yield CallAfter(f"Next: {what}, then run: ", again)
        shown = first is not None and not report.stopped_first and not report.unread
        if first is not None and shown and first.verdict != "forbidden":
            yield Calls(tuple(_help(name, first)))


def _help(exercise: str, first: GradientReport) -> Iterator[tuple[str, str]]:
    word = load_exercise(exercise).word(first.name)
    yield f"grade hint {exercise} {word}", "a hint; the next one at each call"
    if first.diagnosis is not None:
        yield f"grade explain {first.diagnosis.mistake}", "what this mistake is"


def _onward(report: Report) -> Iterator[RenderableType]:
    """From a passed exercise to the next one of the path."""
    name, calls = report.exercise, []
    yield paragraph(" ".join(load_exercise(name).learned))
    yield Text()
    if name in DERIVED:
        calls.append((f"grade derivation {name}", "the formula, step by step"))
    if report.training is not None:
        file = Path(report.submission)
        of = f" --submission {quote(shown(file))}" if file.suffix == ".ipynb" else ""
        calls.append((f"grade {name}{of} --train", "train a network with your gradients"))
    for later in EXERCISES[EXERCISES.index(name) + 1 :][:1]:
        path = Path(report.submission).with_name(f"{later}.py")
        path = path if path.parent.name == "exercises" else Path("exercises", path.name)
        yield paragraph(f"Next: {later}, {load_exercise(later).title}: open {shown(path)}")
        calls += [
            (f"grade lesson {later}", "what it is about"), (f"grade {later}", "grade it")
        ]  # fmt: skip
    yield Calls(tuple(calls))
