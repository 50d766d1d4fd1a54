"""While a training run lasts: a bar or a plain line now and then on stderr, and Ctrl-C."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import click
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from grader.render.terminal import console

RUNNING_MEAN = 1000  # steps that the shown loss averages over
BAR_EVERY = 0.1  # seconds
LINE_EVERY = 10.0  # seconds, where stderr is not a terminal

ShowStep = Callable[[int, float], None]  # of the steps done and the last one's loss
Draw = Callable[[int, float, float], None]  # of the steps done, the running loss, steps/s


@contextmanager
def progress(steps: int, said: str, already: int = 0) -> Iterator[ShowStep]:
    """Call what it gives after every step; it draws only now and then.

    `said`: what begins, where there is no bar to show it. `already`: the steps of a resumed
    run that were taken before.
    """
    terminal = console(stderr=True)
    if not terminal.is_terminal or terminal.is_dumb_terminal:
        click.echo(said, err=True)
        yield _every(LINE_EVERY, lambda done, loss, speed: _line(steps, done, loss, speed), already)
        return
    columns = (
        TextColumn("{task.completed:,} of {task.total:,} steps"),
        BarColumn(None),
        TextColumn("{task.fields[speed]:,.0f} steps/s  loss {task.fields[loss]:.4f}"),
        TimeRemainingColumn(compact=True),
    )
    # Drawn from the training loop: a thread of rich's would take turns with it.
    with Progress(*columns, console=terminal, auto_refresh=False, expand=True) as bar:
        task = bar.add_task("training", total=steps, loss=float("nan"), speed=0.0)

        def draw(done: int, loss: float, speed: float) -> None:
            bar.update(task, completed=done, loss=loss, speed=speed, refresh=True)

        yield _every(BAR_EVERY, draw, already, at_last=steps)


def _every(seconds: float, draw: Draw, already: int, at_last: int | None = None) -> ShowStep:
    began = drawn = time.monotonic()
    running = 0.0

    def show(done: int, loss: float) -> None:
        nonlocal drawn, running
        running += (loss - running) / min(done - already, RUNNING_MEAN)
        now = time.monotonic()
        if now - drawn >= seconds or done == at_last:
            drawn = now
            draw(done, running, (done - already) / (now - began))

    return show


def _line(steps: int, done: int, loss: float, speed: float) -> None:
    left = (steps - done) / speed
    click.echo(
        f"{done:,} of {steps:,} steps, {speed:,.0f} steps/s, loss {loss:.4f}, "
        f"{left / 60:.1f} min left",
        err=True,
    )


@contextmanager
def first_interrupt() -> Iterator[Callable[[], bool]]:
    """The first Ctrl-C is only noted, so that a step is finished; the next one is Python's."""
    noted = False

    def note(number: int, frame: FrameType | None) -> None:
        nonlocal noted
        noted = True
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield lambda: noted
    finally:
        signal.signal(signal.SIGINT, before)
