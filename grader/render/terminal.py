"""A report on a terminal: the lecture's columns, the verdict, and what to do next."""

from collections.abc import Iterator

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.course import EXERCISES
from grader.exercise import Exercise
from grader.report import GradientReport, Report

STYLES = {
    "exact": "green",
    "approximate": "green",
    "inherited": "yellow",
    "wrong": "red",
    "wrong_shape": "red",
    "errored": "red",
    "timeout": "red",
    "forbidden": "red",
    "missing": "dim",
}
MEANINGS = {
    "wrong": "is wrong",
    "wrong_shape": "has the wrong shape",
    "errored": "could not be computed",
    "timeout": "ran out of time",
    "forbidden": "was not derived by hand",
    "missing": "is not written yet",
}


def console(stderr: bool = False) -> Console:
    """80 columns where there is no terminal to ask; NO_COLOR and pipes are rich's to honour."""
    return Console(stderr=stderr, highlight=False, soft_wrap=False)


def report_view(report: Report, exercise: Exercise, worked_answer: bool = False) -> RenderableType:
    parts: list[RenderableType] = [Text(f"{report.exercise}: {exercise.title}", style="bold")]
    parts.append(Text(f"{report.submission}", style="dim"))
    if report.error is not None and all(g.verdict == "errored" for g in report.gradients):
        parts += [Text(), Text(report.error, style="red")]
    else:
        parts.append(_table(report))
        parts += _after_table(report, exercise)
    parts += [Text(), _score(report), *_next_step(report, worked_answer)]
    return Group(*parts)


def _table(report: Report) -> Table:
    """One row a gradient; what is not written yet at the end is counted, not listed."""
    table = Table(box=box.SIMPLE, pad_edge=False, padding=(0, 2, 0, 0))
    for column in ("gradient", "exact", "approximate", "maxdiff", "verdict"):
        table.add_column(column, no_wrap=True)
    table.add_column("line", justify="right", no_wrap=True)
    rows = list(report.gradients)
    while len(rows) > 1 and rows[-1].verdict == rows[-2].verdict == "missing":
        rows.pop()
    for gradient in rows:
        table.add_row(*_row(gradient))
    left_out = len(report.gradients) - len(rows)
    if left_out:
        table.add_row(Text(f"and {left_out} more", style="dim"), "", "", "", *_dim("missing"))
    return table


def _row(gradient: GradientReport) -> Iterator[Text | str]:
    yield "d" + gradient.name
    known = gradient.maxdiff is not None
    yield str(gradient.exact) if known else "-"
    yield str(gradient.approximate) if known else "-"
    yield f"{gradient.maxdiff:.3g}" if gradient.maxdiff is not None else "-"
    yield Text(gradient.verdict, style=STYLES[gradient.verdict])
    yield str(gradient.line) if gradient.line is not None else "-"


def _dim(*texts: str) -> Iterator[Text]:
    return (Text(text, style="dim") for text in texts)


def _after_table(report: Report, exercise: Exercise) -> Iterator[RenderableType]:
    if report.error is not None:
        yield Text(report.error, style="red")
        yield Text()
    for flag in report.flags:
        yield Text(f"Note: {flag.message}", style="yellow")
    first = report.first_own_error
    if first is not None:
        yield Text.assemble(
            ("Look first at ", "bold"),
            (f"d{first.name}", "bold red"),
            f"{_where(first)}: it {MEANINGS[first.verdict]}.",
        )
        for line in _about(first, exercise):
            yield Padding(line, (0, 0, 0, 2))
    if report.training is not None:
        yield Text(_training_line(report))


def _where(gradient: GradientReport) -> str:
    return f" (line {gradient.line})" if gradient.line is not None else ""


def _about(gradient: GradientReport, exercise: Exercise) -> Iterator[Text]:
    for chunk in exercise.chunks_behind(gradient.name):
        yield Text(chunk.source, style="cyan")
    if gradient.diagnosis is not None:
        yield Text(gradient.diagnosis.message)
    elif gradient.worst is not None:
        worst = gradient.worst
        at = ", ".join(map(str, worst["index"]))
        yield Text(
            f"Shape {gradient.expected_shape}. Furthest off at [{at}]: "
            f"yours {worst['yours']:.6g}, torch's {worst['expected']:.6g}."
        )
    elif gradient.verdict == "missing":
        yield Text(f"Its shape is {gradient.expected_shape}.")


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
    return Text.assemble((f"{report.exercise}: {word}", style), f", {score}")


def _next_step(report: Report, worked_answer: bool) -> Iterator[Text]:
    name = report.exercise
    if worked_answer:
        yield Text("This is the worked answer. To start on your own:")
        yield Text(f"  1. open exercises/{name}.py and replace the first None")
        yield Text(f"  2. run: grade {name}")
    elif report.passed:
        later = EXERCISES[EXERCISES.index(name) + 1 :]
        if later:
            yield Text(f"Next: grade {later[0]}")
        elif report.training is not None:
            yield Text(f"Next: grade {name} --train, a network trained by your gradients")
    else:
        first = report.first_own_error
        if first is None and report.strict:
            yield Text("--strict passes exact gradients only.")
        elif first is not None and first.verdict == "missing":
            yield Text(f"Next: write d{first.name}, then run: grade {name}")
        else:
            yield Text(f"Next: mend that line, then run: grade {name}")
