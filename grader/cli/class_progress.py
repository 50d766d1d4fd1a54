"""How far the grading of a class is: a bar on a terminal, a line now and then elsewhere."""

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

EVERY = 30.0  # seconds between two lines in a log


@contextmanager
def progress(total: int) -> Iterator[Callable[[str], None]]:
    """To be called for each submission, with what came of it. On stderr."""
    if not total:
        yield lambda verdict: None
    elif sys.stderr.isatty():
        yield from _bar(total)
    else:
        yield from _lines(total)


def _bar(total: int) -> Iterator[Callable[[str], None]]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        BarColumn(20), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(), TextColumn("{task.fields[counts]}"),
    )  # fmt: skip
    counts, began = Counter[str](), time.monotonic()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total, rate="", counts="")

        def tell(verdict: str) -> None:
            counts[verdict] += 1
            bar.update(task, advance=1, rate=_rate(counts, began), counts=_in_words(counts))

        yield tell


def _lines(total: int) -> Iterator[Callable[[str], None]]:
    counts, began = Counter[str](), time.monotonic()
    last = began

    def tell(verdict: str) -> None:
        nonlocal last
        counts[verdict] += 1
        now, done = time.monotonic(), counts.total()
        if done < total and now - last > EVERY:
            last = now
            left = (now - began) / done * (total - done)
            said = f"{done} of {total}, {_rate(counts, began)}, {left:.0f} s left"
            click.echo(f"{said}: {_in_words(counts)}", err=True)

    yield tell


def _rate(counts: Counter[str], began: float) -> str:
    return f"{counts.total() / max(time.monotonic() - began, 1e-9):.1f}/s"


def _in_words(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items()))
