"""A report on a terminal: the lecture's columns, the verdict, and what to do next."""

import io
import sys
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console, Group, RenderableType
from rich.text import Text

from grader.course import EXERCISES
from grader.course.exercise import Exercise, load_exercise
from grader.errors import shown
from grader.render.calls import CallAfter, Calls
from grader.render.first_error import first_error
from grader.render.paragraph import paragraph
from grader.render.table import EXACT_ALONE, STYLES, ReportTable, exact_alone
from grader.report import GradientReport, Report

__all__ = ["STYLES", "console", "report_view"]


def console(stderr: bool = False) -> Console:
    """80 columns where there is no terminal to ask; NO_COLOR and pipes are rich's to honour."""
    stream = sys.stderr if stderr else sys.stdout
    if isinstance(stream, io.TextIOWrapper):  # a learner's word that the encoding has not
        stream.reconfigure(errors="backslashreplace")
    return Console(stderr=stderr, highlight=False, soft_wrap=False)


def report_view(
    report: Report, exercise: Exercise, worked_answer: bool = False, again: str = ""
) -> RenderableType:
    """`again` is the call that grades the same file in the same way, where it has options."""
    again = again or f"grade {report.exercise}"
    parts: list[RenderableType] = [Text(f"{report.exercise}: {exercise.title}", style="bold")]
    parts += [paragraph(shown(Path(report.submission)), "dim"), Text()]
    if _unread(report):
        parts.append(paragraph(_error(report), "red"))
    else:
        parts += [ReportTable(report), Text(), *_after_table(report, exercise)]
    parts += [Text(), _score(report), *_next_step(report, worked_answer, again)]
    return Group(*_single_spaced(parts))


def _unread(report: Report) -> bool:
    """Whether the code gave nothing at all, so that there is no first wrong line."""
    return report.error is not None and all(g.shape is None for g in report.gradients)


def _single_spaced(parts: list[RenderableType]) -> Iterator[RenderableType]:
    """Without the second of two empty lines."""
    for before, part in zip([None, *parts], parts, strict=False):
        if not (isinstance(part, Text) and isinstance(before, Text) and not part and not before):
            yield part


def _error(report: Report) -> str:
    """The report's error, its path as a user would type it."""
    said, path = report.error or "", report.submission
    return shown(Path(path)) + said[len(path) :] if said.startswith(path) else said


def _after_table(report: Report, exercise: Exercise) -> Iterator[RenderableType]:
    if any(exact_alone(gradient) for gradient in report.gradients):
        yield Text(f"{EXACT_ALONE} exact, given the right upstream gradient.", style="dim")
    if any(gradient.verdict == "inherited" for gradient in report.gradients):
        yield Text(
            "inherited: the line is right, but a gradient that it uses is wrong.", style="dim"
        )
    if any(g.name in exercise.slopes and g.verdict == "approximate" for g in report.gradients):
        yield Text("approximate: right. A measured slope is never exact.", style="dim")
    if any(gradient.broadcasts for gradient in report.gradients):
        yield paragraph(
            "A leading dimension of size 1 more or less passes, as in the lecture's check: "
            "grade explain keepdim-lost",
            "dim",
        )
    yield Text()
    if report.error is not None:
        yield paragraph(_error(report), "red")
        yield Text()
    for flag in report.flags:
        yield paragraph(f"Note: {flag.message}", "yellow")
    if report.flags:
        yield Text()
    first = report.first_own_error
    if first is not None:
        yield from first_error(first, exercise)
    if report.training is not None and not _waits(report):
        yield paragraph(_training_line(report))


def _waits(report: Report) -> bool:
    """Whether training has not begun because something is not written yet: nothing to say."""
    return any(gradient.verdict == "missing" for gradient in report.gradients)


def _training_line(report: Report) -> str:
    run = report.training
    assert run is not None
    if run.apart_at is None:
        return (
            f"Training: {run.steps} steps with your gradients, loss {run.losses[0]:.4f} to "
            f"{run.losses[-1]:.4f}, the same curve as autograd's."
        )
    if run.apart_at >= len(run.losses):
        done = f"{len(run.losses)} of {run.steps}"
        return f"Training: stopped after {done} steps; a gradient is missing or unusable."
    return (
        f"Training: the loss curve leaves autograd's at step {run.apart_at} "
        f"({run.losses[run.apart_at]:.6f}, autograd {run.autograd_losses[run.apart_at]:.6f})."
    )


def _score(report: Report) -> Text:
    word, style = ("passed", "bold green") if report.passed else ("not passed yet", "bold")
    figures = report.as_json()
    score = f"{figures['score']:g} of {figures['max_score']:g}"
    if report.score == len(report.gradients) and report.error is not None:
        score += ", but the code did not run to the end"
    elif (
        report.training is not None
        and not report.training.matches
        and report.first_own_error is None
    ):
        score += ", but training does not match autograd's"
    return Text.assemble((f"{report.exercise}: {word}", style), f", {score}")


def _next_step(report: Report, worked_answer: bool, again: str) -> Iterator[RenderableType]:
    name, first = report.exercise, report.first_own_error
    if worked_answer:
        yield Text("This is the worked answer. To start on your own:")
        yield Text(f"  1. open exercises/{name}.py and replace the first None")
        yield Text(f"  2. run: grade {name}")
    elif report.passed:
        yield from _onward(report)
    elif first is None and report.strict and report.error is None:
        yield Text("--strict passes exact gradients only.")
    else:
        if first is not None and first.verdict == "missing" and report.error is None:
            what = f"write {first.label}"
        else:
            what = "fix that line" if report.error is None and first is not None else "fix that"
        yield CallAfter(f"Next: {what}, then run: ", again)
        if first is not None and first.verdict != "forbidden" and not _unread(report):
            yield Calls(tuple(_help(name, first)))


def _help(exercise: str, first: GradientReport) -> Iterator[tuple[str, str]]:
    yield f"grade hint {exercise} {first.label}", "a hint; the next one at each call"
    if first.diagnosis is not None:
        yield f"grade explain {first.diagnosis.mistake}", "what this mistake is"


def _onward(report: Report) -> Iterator[RenderableType]:
    """From a passed exercise to the next one of the path."""
    name, calls = report.exercise, []
    if report.training is not None:
        calls.append((f"grade {name} --train", "train a network with your gradients"))
    for later in EXERCISES[EXERCISES.index(name) + 1 :][:1]:
        path = Path(report.submission).with_name(f"{later}.py")
        path = path if path.parent.name == "exercises" else Path("exercises", path.name)
        yield paragraph(f"Next: {later}, {load_exercise(later).title}: open {shown(path)}")
        calls += [
            (f"grade lesson {later}", "what it is about"), (f"grade {later}", "grade it")
        ]  # fmt: skip
    yield Calls(tuple(calls))
