"""Child bootstrap: apply the sandbox, report which layers hold, then serve requests.

All this is the grader's own code; the first byte of a submission comes after it.
"""

import fcntl
import os
import selectors
import signal
import sys
import time
from contextlib import suppress
from typing import NoReturn

from grader.errors import GraderFailure
from grader.process.clean_start import keep_freed_memory
from grader.process.held import HoldsMore, check_held
from grader.process.sandbox import landlock
from grader.process.sandbox.layers import NOTHING_HELD, Outcome, apply, missing, prepare
from grader.process.sandbox.plan import Plan
from grader.process.sandbox.probe import decoded, encoded
from grader.process.sandbox.surroundings import empty_environment

REQUESTS, REPLIES, READY, RULESET = 3, 4, 5, 6  # descriptors of a child, beside its streams


def preload() -> None:
    """Load what a child uses, and forget the rest of the grader, arguments and environment.

    In the warm process once for all its children.
    """
    import torch

    torch.zeros(1).tanh()  # torch chooses its kernels by the environment, at the first use
    torch.zeros(1).half().bfloat16().float()  # and reads /proc/cpuinfo, which a child may not
    keep_freed_memory()
    prepare()
    _open_streams()
    empty_environment()
    sys.argv[1:] = []
    # Loaded anew, so that what is in sys.modules then is what a child imports and no more.
    for name in [name for name in sys.modules if name.partition(".")[0] == "grader"]:
        del sys.modules[name]
    from grader.child.serve import settle
    from grader.kinds.drivers import DRIVERS  # noqa: F401

    settle()
    with suppress(HoldsMore):  # each child says so
        check_held()


def run_child(
    requests: int, replies: int, output: int, ready: int, cpu: int, parent: int
) -> NoReturn:
    """Become the child of one attempt: own output, no terminal, in the sandbox."""
    status = 1
    try:
        from grader.child.serve import serve
        from grader.kinds.drivers import DRIVERS

        signal.signal(signal.SIGINT, signal.SIG_DFL)
        nothing = os.open(os.devnull, os.O_RDONLY)
        theirs = (nothing, output, output, requests, replies, ready, *landlock.prepared)
        out_of_the_way = [fcntl.fcntl(at, fcntl.F_DUPFD, 2 * len(theirs)) for at in theirs]
        for target, source in enumerate(out_of_the_way):
            os.dup2(source, target)
        ruleset = RULESET if landlock.prepared else None
        outcomes = apply(Plan(cpu, parent, len(theirs), ruleset))
        os.write(READY, encoded((Outcome(NOTHING_HELD, _held()), *outcomes)))
        os.close(READY)
        serve(REQUESTS, REPLIES, DRIVERS)
        status = 0
    except BrokenPipeError:  # the grader has given up on this attempt
        status = 0
    finally:
        os._exit(status)


def _held() -> str | None:
    try:
        check_held()
    except HoldsMore as error:
        return f"a child holds what it should not: {error}"
    return None


def _open_streams() -> None:
    """On descriptors 0, 1 and 2, whatever these are: a child puts its own there."""
    sys.stdin, sys.stdout, sys.stderr = (
        open(target, mode, buffering=1, errors="backslashreplace", closefd=False)
        for target, mode in ((0, "r"), (1, "w"), (2, "w"))
    )
    for name in ("stdin", "stdout", "stderr"):  # what is written to the originals is shown too
        setattr(sys, f"__{name}__", getattr(sys, name))


def require_all(outcomes: tuple[Outcome, ...]) -> None:
    """Raises GraderFailure where a layer that untrusted code requires does not hold."""
    if lacking := missing(outcomes):
        why = "; ".join(f"{outcome.name}: {outcome.problem}" for outcome in lacking)
        raise GraderFailure(
            f"--untrusted is refused, for this machine lacks what it requires. {why} "
            "`grade doctor` shows every layer."
        )


def read_sandbox_report(reader: int, all_required: bool, patience: float) -> tuple[Outcome, ...]:
    """Read the sandbox report that the child sends before it is given any learner's code.

    Raises GraderFailure where it ended without one, sent none within `patience` seconds, or
    a layer that is required does not hold.
    """
    text, deadline = b"", time.monotonic() + patience
    with selectors.DefaultSelector() as selector:
        selector.register(reader, selectors.EVENT_READ)
        while not text.endswith(b"\n"):
            if not selector.select(max(0.0, deadline - time.monotonic())):
                raise GraderFailure(f"A process for an attempt was not ready in {patience:g} s.")
            if not (piece := os.read(reader, 2**16)):
                raise GraderFailure("A process for an attempt ended before it was given anything.")
            text += piece
    outcomes = decoded(text)
    if all_required:
        require_all(outcomes)
    return outcomes


if __name__ == "__main__":
    from_the_launcher = [int(number) for number in sys.argv[1:]]
    preload()
    run_child(*from_the_launcher)
