"""A report on a terminal: the lecture's columns, the verdict, and what to do next."""

import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.text import Text

from grader.course import EXERCISES
from grader.errors import printable, shown
from grader.exercise import Exercise, load_exercise
from grader.render import told_apart
from grader.render.calls import CallAfter, Calls
from grader.render.table import EXACT_ALONE, STYLES, ReportTable, exact_alone
from grader.report import GradientReport, Report

__all__ = ["STYLES", "console", "report_view"]

MEANINGS = {
    "wrong": "is wrong",
    "wrong_shape": "has the wrong shape",
    "errored": "could not be computed",
    "timeout": "ran out of time",
    "forbidden": "was not derived by hand",
    "missing": "is not written yet",
}
# Right for the inputs that are shown, or right until something changed it: the diagnosis tells.
SAYS_WHY = ("hard-coded-size", "memorised-numbers", "missing-clone", "forward-value-changed")


def console(stderr: bool = False) -> Console:
    """80 columns where there is no terminal to ask; NO_COLOR and pipes are rich's to honour."""
    stream = sys.stderr if stderr else sys.stdout
    if isinstance(stream, io.TextIOWrapper):  # a learner's word that the encoding has not
        stream.reconfigure(errors="backslashreplace")
    return Console(stderr=stderr, highlight=False, soft_wrap=False)


@dataclass(frozen=True)
class Paragraph:
    """Text wrapped to the width there is, indented, and without spaces at the line ends."""

    text: Text
    indent: int = 0

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width = max(options.max_width - self.indent, 20)
        for line in self.text.wrap(console, width):
            line.rstrip()
            yield Text(" " * self.indent).append_text(line)


def _paragraph(text: str, style: str = "", indent: int = 0) -> Paragraph:
    return Paragraph(Text(printable(text, 2000), style=style), indent)


def report_view(
    report: Report, exercise: Exercise, worked_answer: bool = False, again: str = ""
) -> RenderableType:
    """`again` is the call that grades the same file in the same way, where it has options."""
    again = again or f"grade {report.exercise}"
    parts: list[RenderableType] = [Text(f"{report.exercise}: {exercise.title}", style="bold")]
    parts += [_paragraph(shown(Path(report.submission)), "dim"), Text()]
    if _unread(report):
        parts.append(_paragraph(_error(report), "red"))
    else:
        parts += [ReportTable(report), Text(), *_after_table(report, exercise)]
    parts += [Text(), _score(report), *_next_step(report, worked_answer, again)]
    return Group(*_single_spaced(parts))


def _unread(report: Report) -> bool:
    """Whether nothing came of the code, so that no single line is to be looked at."""
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
        yield Text(f"{EXACT_ALONE} exact, given a true upstream gradient.", style="dim")
    if any(gradient.verdict == "inherited" for gradient in report.gradients):
        yield Text("inherited: the line is right, what it was given is not.", style="dim")
    if any(g.name in exercise.slopes and g.verdict == "approximate" for g in report.gradients):
        yield Text("approximate: right. What is measured is never exact.", style="dim")
    yield Text()
    if report.error is not None:
        yield _paragraph(_error(report), "red")
        yield Text()
    for flag in report.flags:
        yield _paragraph(f"Note: {flag.message}", "yellow")
    if report.flags:
        yield Text()
    first = report.first_own_error
    if first is not None:
        yield Text.assemble(
            ("Look first at ", "bold"),
            (first.label, "bold red"),
            f"{_where(first)}: it {MEANINGS[first.verdict]}.",
        )
        yield from _about(first, exercise)
    if report.training is not None and not _waits(report):
        yield _paragraph(_training_line(report))


def _where(gradient: GradientReport) -> str:
    return f" (line {gradient.line})" if gradient.line is not None else ""


def _about(gradient: GradientReport, exercise: Exercise) -> Iterator[Paragraph]:
    for chunk in exercise.chunks_behind(gradient.name):
        yield _paragraph(chunk.source, "cyan", indent=2)
    found, numbers = gradient.diagnosis, bool(exercise.points)
    if found is not None:
        yield _paragraph(found.message, indent=2)
        if also := found.evidence.get("also_fits"):
            yield _paragraph(f"The same numbers would come from: {', '.join(also)}.", indent=2)
    elif gradient.verdict in ("wrong", "wrong_shape"):
        yield _paragraph(f"No known mistake fits. {_furthest_off(gradient, numbers)}", indent=2)
    elif gradient.verdict == "missing" and gradient.is_value:
        yield _paragraph(exercise.asked_for(gradient.name), indent=2)
    elif gradient.verdict == "missing" and not exercise.points:
        yield _paragraph(f"Its shape is {gradient.expected_shape}.", indent=2)
    if gradient.verdict == "wrong" and gradient.approximate:
        yield from (_paragraph(why, indent=2) for why in _why_approximate(gradient, numbers))


def _furthest_off(gradient: GradientReport, numbers: bool) -> str:
    if numbers:  # of what is one number to the learner, there is no shape
        worst = gradient.worst
        if worst is None:
            return ""
        yours, due = told_apart(worst["yours"], worst["expected"])
        return f"Where it is furthest off it is {yours}, and should be {due}."
    shape = f"Its shape is {gradient.expected_shape}"
    shape += ", as it should be" if gradient.shape == gradient.expected_shape else ""
    worst = gradient.worst
    if worst is None:
        return f"{shape}."
    at = ", ".join(map(str, worst["index"]))
    yours, due = told_apart(worst["yours"], worst["expected"])
    return f"{shape}; furthest off at [{at}]: yours {yours}, torch's {due}."


def _why_approximate(gradient: GradientReport, numbers: bool) -> Iterator[str]:
    """Why a wrong gradient reads True; nothing where its diagnosis says so already."""
    if gradient.diagnosis is not None and gradient.diagnosis.mistake in SAYS_WHY:
        return
    if gradient.worst is None:  # right whenever the whole function ran
        yield (
            "It reads True only because what is wrong in it comes out as 0 in this network; "
            "with another upstream gradient it does not."
        )
    elif numbers:
        yield "It reads True for the first digits are right; more of them are asked for."
    else:
        yield "It reads True only because float32 is coarse; float64 shows the difference."


def _waits(report: Report) -> bool:
    """Whether training has not begun because something is not written yet: nothing to tell."""
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
        return f"Training: stopped after {done} steps; a gradient is missing or does not fit."
    return (
        f"Training: the loss curve leaves autograd's at step {run.apart_at} "
        f"({run.losses[run.apart_at]:.6f}, autograd {run.autograd_losses[run.apart_at]:.6f})."
    )


def _score(report: Report) -> Text:
    word, style = ("passed", "bold green") if report.passed else ("not passed yet", "bold")
    figures = report.as_json()
    score = f"{figures['score']:g} of {figures['max_score']:g}"
    if report.score == len(report.gradients) and report.error is not None:
        score += ", but the code does not come to its end"
    elif (
        report.training is not None
        and not report.training.matches
        and report.first_own_error is None
    ):
        score += ", but the training does not go as it should"
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
            what = "mend that line" if report.error is None and first is not None else "mend that"
        yield CallAfter(f"Next: {what}, then run: ", again)
        if first is not None and not _unread(report):
            yield Calls(tuple(_help(name, first)))


def _help(exercise: str, first: GradientReport) -> Iterator[tuple[str, str]]:
    yield f"grade hint {exercise} {first.label}", "a hint, the next one at each call"
    if first.diagnosis is not None:
        yield f"grade explain {first.diagnosis.mistake}", "what this mistake is"


def _onward(report: Report) -> Iterator[RenderableType]:
    """From a passed exercise to the next one of the path."""
    name, calls = report.exercise, []
    if report.training is not None:
        calls.append((f"grade {name} --train", "a network trained by your gradients"))
    for later in EXERCISES[EXERCISES.index(name) + 1 :][:1]:
        path = Path(report.submission).with_name(f"{later}.py")
        path = path if path.parent.name == "exercises" else Path("exercises", path.name)
        yield _paragraph(f"Next: {later}, {load_exercise(later).title}: open {shown(path)}")
        calls += [
            (f"grade lesson {later}", "what it is about"), (f"grade {later}", "grades it")
        ]  # fmt: skip
    yield Calls(tuple(calls))
