"""`%load_ext grader`, and `%%grade exercise1` above the lines of a cell."""

import shlex
from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any, NoReturn

from IPython.display import display

from grader.cli.submissions import gradient_names, wanted_of
from grader.course.exercise import Exercise, load_exercise
from grader.errors import UsageProblem
from grader.jupyter.asked import SEED, TIMEOUT, Asked, RunCell
from grader.jupyter.grading_process import graded
from grader.jupyter.history import history_of
from grader.syntax.cells import Cell, plain_python
from grader.syntax.targets import reads

ABOUT = """Grade the gradients that this cell writes; then run the cell as usual.

What the cell reads and does not write comes from the cells that were run before, as text:
functions, imports, constants, other gradients. Forward values and sizes are the grader's.
"""


class Options(ArgumentParser):
    """What may stand behind %%grade: the options of `grade exercise1`, where they fit a cell."""

    def __init__(self) -> None:
        super().__init__("%%grade", add_help=False)
        self.add_argument("exercise", help="exercise1, for instance")
        self.add_argument("--strict", action="store_true", help="only `exact` passes")
        self.add_argument("--native", action="store_true", help="this machine's vectorised kernels")
        self.add_argument("--seed", type=int, default=SEED, help="other parameters, another batch")
        self.add_argument("--timeout", type=float, default=TIMEOUT, help="seconds for one call")
        self.add_argument("--gradient", action="append", default=[], metavar="dX=NAME",
                          help="what the cell calls a gradient, where it is not dX")  # fmt: skip

    def error(self, message: str) -> NoReturn:
        raise UsageProblem(f"%%grade: {message}. `%%grade?` shows the options.")


def load(shell: Any) -> None:
    history = history_of(shell)  # from here on it sees which cell is run again
    options = Options()

    def grade(line: str, cell: str) -> None:
        given = options.parse_args(shlex.split(line))
        exercise = load_exercise(given.exercise)
        this = RunCell(history.running, f"%%grade {line}\n{cell}")
        before = [run for run in history.cells() if run.count != this.count]
        asked = Asked(
            exercise.name, f"%%grade {line}", given.seed, given.strict, given.timeout,
            gradient_names(given.gradient, [exercise]), (*before, this), alone=True,
        )  # fmt: skip
        display(graded(asked, given.native))
        if obstacle := _obstacle(exercise, cell, shell.user_ns):
            print(obstacle)
        else:
            shell.run_cell(cell, store_history=False)

    grade.__doc__ = f"{ABOUT}\n{options.format_help()}"
    shell.register_magic_function(grade, "cell", "grade")


def _obstacle(exercise: Exercise, cell: str, values: Mapping[str, Any]) -> str:
    """Why it is not run: it reads what the notebook never worked out. "" where it is.

    One that Python cannot read is not run either; the report says so.
    """
    read = Cell(plain_python(cell).source, None)
    if read.problem is not None:
        return "Not run."
    given = wanted_of(exercise).given
    names = sorted(reads(*read.tree.body) & given - values.keys())
    lacking = ", ".join(f"`{name}`" for name in names)
    return f"Graded, but not run here: the notebook has no {lacking}." if lacking else ""
