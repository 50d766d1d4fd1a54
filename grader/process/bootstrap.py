"""How a child begins: it takes on the sandbox, says which layers hold, then serves.

All this is the grader's own code; the first byte of a submission comes after it.
"""

import fcntl
import os
import signal
import sys
from typing import NoReturn

from grader.errors import GraderFailure
from grader.process.sandbox.landlock import readable
from grader.process.sandbox.layers import Outcome, apply, missing
from grader.process.sandbox.plan import Plan
from grader.process.sandbox.probe import decoded, encoded
from grader.process.sandbox.surroundings import empty_environment

FIRST_FREE = 6  # descriptors of a child: three streams, requests, replies, and "ready"
# What a child uses of the grader; the warm process forgets the rest.
OF_A_CHILD = ("child", "errors", "kinds", "process.sandbox", "protocol", "syntax")


def settle() -> None:
    """Load what a child uses, and forget what it has no use for.

    In the warm process once for all its children.
    """
    import torch

    import grader
    import grader.child.serve
    import grader.kinds.drivers

    torch.zeros(1).tanh()  # torch chooses its kernels by the environment, at the first use
    torch.zeros(1).half().bfloat16().float()  # and reads /proc/cpuinfo, which a child may not
    readable()  # worked out once
    empty_environment()
    sys.argv[1:] = []
    for name in [name for name in sys.modules if name.startswith("grader.")]:
        if not any(f"{name}.".startswith(f"grader.{kept}.") for kept in OF_A_CHILD):
            del sys.modules[name]
            package, _, module = name.rpartition(".")
            vars(sys.modules.get(package, grader)).pop(module, None)


def run_child(
    requests: int, replies: int, output: int, ready: int, cpu: int, parent: int
) -> NoReturn:
    """Become the child of one attempt: own output, no terminal, in the sandbox."""
    status = 1
    try:
        from grader.child.serve import serve
        from grader.kinds.drivers import CALLS

        signal.signal(signal.SIGINT, signal.SIG_DFL)
        nothing = os.open(os.devnull, os.O_RDONLY)
        theirs = (nothing, output, output, requests, replies, ready)
        out_of_the_way = [fcntl.fcntl(at, fcntl.F_DUPFD, 2 * FIRST_FREE) for at in theirs]
        for target, source in enumerate(out_of_the_way):
            os.dup2(source, target)
        _open_streams()
        outcomes = apply(Plan(cpu, parent, FIRST_FREE))
        os.write(FIRST_FREE - 1, encoded(outcomes))
        os.close(FIRST_FREE - 1)
        serve(FIRST_FREE - 3, FIRST_FREE - 2, CALLS)
        status = 0
    except BrokenPipeError:  # the grader has given up on this attempt
        status = 0
    finally:
        os._exit(status)


def _open_streams() -> None:
    sys.stdin, sys.stdout, sys.stderr = (
        open(target, mode, buffering=1, errors="backslashreplace", closefd=False)
        for target, mode in ((0, "r"), (1, "w"), (2, "w"))
    )
    for name in ("stdin", "stdout", "stderr"):  # what is written to the originals is shown too
        setattr(sys, f"__{name}__", getattr(sys, name))


def insist(outcomes: tuple[Outcome, ...]) -> None:
    """Raises GraderFailure where a layer that untrusted code requires does not hold."""
    if lacking := missing(outcomes):
        why = "; ".join(f"{outcome.name}: {outcome.problem}" for outcome in lacking)
        raise GraderFailure(
            f"--untrusted is refused, for this machine lacks what it requires. {why} "
            "`grade doctor` shows every layer."
        )


def told(reader: int, all_required: bool) -> tuple[Outcome, ...]:
    """What a child that holds no learner's code yet says of its layers.

    Raises GraderFailure where it ended without a word, or where one that is required fails.
    """
    text = b""
    while not text.endswith(b"\n") and (piece := os.read(reader, 2**16)):
        text += piece
    if not text:
        raise GraderFailure("A process for an attempt ended before it was given anything.")
    outcomes = decoded(text)
    if all_required:
        insist(outcomes)
    return outcomes


if __name__ == "__main__":
    told_by_the_grader = [int(number) for number in sys.argv[1:]]
    settle()
    run_child(*told_by_the_grader)
