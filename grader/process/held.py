"""What a child holds before it is sent a submission: a list, which every child is held to.

Python, torch, and of the grader what runs a learner's code: nothing that knows a course, an
answer, a seed or an option. It would have to be in a module, in a frame of the stack that the
child was forked in, in the command line or in the environment; the rest of a process's memory
is not listed, but looked through by a test (tests/process/test_canaries.py).
"""

import os
import sys
from fnmatch import fnmatchcase
from functools import cache
from types import FrameType

# Modules of the grader.
MODULES = (
    "grader", "grader.version", "grader.errors", "grader.rows", "grader.tensors",
    "grader.child", "grader.child.*",
    "grader.kinds", "grader.kinds.*",
    "grader.protocol", "grader.protocol.*",
    "grader.syntax", "grader.syntax.gradients", "grader.syntax.targets",
)  # fmt: skip
# Files whose code may be at work, from the first frame of the process on.
FRAMES = (
    "<frozen runpy>", "*/grader/__main__.py", "*/grader/process/bootstrap.py",
    "*/grader/process/launcher.py", "*/grader/process/warm_process.py",
    "*/grader/process/grading_process.py", "*/grader/process/torch_process.py",
    "*/grader/jupyter/serve.py", "*/grader/classroom/worker.py",
)  # fmt: skip


class HoldsMore(Exception):
    """What is held and stands on no list."""


def check_held() -> None:
    """In a child. Raises HoldsMore."""
    further = list(unlisted_modules(len(sys.modules)))
    frame: FrameType | None = sys._getframe(1)
    at_work = set[str]()
    while frame is not None:
        at_work.add(frame.f_code.co_filename)
        frame = frame.f_back
    further += _unlisted_files(frozenset(at_work))
    further += [*sys.argv[1:], *os.environ]
    if further:
        raise HoldsMore(", ".join(further))


@cache
def unlisted_modules(loaded: int) -> tuple[str, ...]:
    """Of the grader. `loaded`: how many modules there are, so that it is known when one has come.

    Looked for in the warm process too, for all its children: to look at the name of each of
    torch's modules writes to some 600 pages, which each child would have to copy.
    """
    names = [name for name in sys.modules if name.partition(".")[0] == "grader"]
    return tuple(sorted(name for name in names if not _listed(name, MODULES)))


@cache
def _unlisted_files(names: frozenset[str]) -> list[str]:
    return sorted(name for name in names if not _listed(name, FRAMES))


def _listed(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)
