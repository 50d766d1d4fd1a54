"""`grader.check("exercise1")`: without magics, and without IPython too."""

import sys
from collections.abc import Mapping
from dataclasses import replace

from grader.errors import UsageProblem
from grader.jupyter.asked import Asked
from grader.jupyter.grading_process import graded
from grader.jupyter.history import history_of, running_shell
from grader.jupyter.report import NotebookReport


def check(
    exercise: str, strict: bool, native: bool, seed: int, names: Mapping[str, str]
) -> NotebookReport:
    """See grader.check."""
    again = f'grader.check("{exercise}")'
    asked = Asked(exercise, again, seed, strict, names=dict(names))
    shell = running_shell()
    if shell is None:
        return graded(replace(asked, script=_script(exercise)), native)
    return graded(replace(asked, cells=history_of(shell).cells()), native)


def _script(exercise: str) -> str:
    """The path of the script that is running. Raises UsageProblem where none is."""
    path = getattr(sys.modules["__main__"], "__file__", None)
    if path is None:
        raise UsageProblem(
            "There is no notebook and no script here whose lines could be graded. For a file: "
            f"grade {exercise} --submission FILE"
        )
    return str(path)
