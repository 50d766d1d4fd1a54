"""What is said, on a terminal only, while a submission keeps one waiting."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def show_waiting(path: str, seconds: float) -> Iterator[None]:
    """A line on stderr with a spinner, gone at the end. `seconds`: what one call may take."""
    from rich.text import Text

    from grader.errors import printable
    from grader.render.terminal import console

    terminal = console(stderr=True)
    if not terminal.is_terminal or terminal.is_dumb_terminal:
        yield
        return
    said = f"{printable(Path(path).name, 40)}: still running; stopped after {seconds:g} s"
    with terminal.status(Text(said)):
        yield
