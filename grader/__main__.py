"""The command `grade`. What grades begins anew as a process that has been told nothing."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from grader.course import EXERCISES
from grader.errors import NOT_PASSED
from grader.process.clean_start import WORD, load_torch, read_call, restart

if not sys.flags.safe_path:
    del sys.path[0]  # the script's or the current folder: a torch.py there is not torch

LOADING = "Loading torch ..."
STOPPED = "\nStopped before anything was graded."
GRADING = (*EXERCISES, "all", "notebook")


def main() -> None:
    """Ctrl-C also while torch is loaded, which takes a second: nothing was graded yet."""
    _open_streams()
    try:
        _begin()
    except KeyboardInterrupt:
        print(STOPPED, file=sys.stderr)
        sys.exit(NOT_PASSED)


def _open_streams() -> None:
    """Those that the command was called without (`2>&-`): else the next file that is opened takes
    the number of one, and is what others write to."""
    for number, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        if getattr(sys, name) is None:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free
            os.set_inheritable(number, True)
            setattr(sys, name, open(number, mode, closefd=False))  # noqa: SIM115


def _stop(*_: object) -> None:
    """At once: numpy, which torch imports, takes a KeyboardInterrupt for a fault of its own."""
    os.write(2, f"{STOPPED}\n".encode())
    os._exit(NOT_PASSED)


@contextmanager
def _said_after_a_second(said: str) -> Iterator[None]:
    """On a terminal: what it waits for, until it is there."""
    shown = []

    def show(*_: object) -> None:
        shown.append(os.write(2, said.encode()))

    if os.isatty(2):
        signal.signal(signal.SIGALRM, show)
        signal.setitimer(signal.ITIMER_REAL, 1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        if shown:
            os.write(2, f"\r{' ' * len(said)}\r".encode())


def _begin() -> None:
    if sys.argv[1:2] == [WORD]:
        from grader.process.launcher import prepare

        told = int(sys.argv[2])
        usual = signal.getsignal(signal.SIGINT)
        if usual is signal.default_int_handler:  # and is not ignored
            signal.signal(signal.SIGINT, _stop)
        with _said_after_a_second(LOADING):
            load_torch()
        signal.signal(signal.SIGINT, usual)
        prepare(told)
        read_call(told)
    else:
        if len(sys.argv) == 1:
            from grader.cli.current import begun

            sys.argv += begun()
        if sys.argv[1:2] and sys.argv[1] in GRADING:
            restart(sys.argv)
    from grader.cli import main as command

    called_as = os.path.basename(sys.argv[0])  # noqa: PTH119
    command(prog_name="python -m grader" if called_as == "__main__.py" else called_as)


if __name__ == "__main__":
    main()
