"""handgrad: write gradients by hand; `grade` compares them with loss.backward().

In a notebook: `%load_ext grader`, then `%%grade exercise1` above the lines of a cell; or, at any
time, `grader.check("exercise1")`. Importing this imports neither torch nor IPython.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from grader.version import __version__

if TYPE_CHECKING:
    from grader.jupyter.report import NotebookReport

__all__ = ["__version__", "check", "inputs", "load_ipython_extension"]


def check(
    exercise: str,
    *,
    strict: bool = False,
    native: bool = False,
    seed: int = 2147483647,
    gradient: Mapping[str, str] | None = None,
) -> "NotebookReport":
    """Grade the gradients written in this notebook so far: the text of the cells that were run.

    The report shows itself as the last line of a cell; `.passed` and `.as_json()` are for
    programs. In a script, its own text is graded, and the report is text.

    `strict`, `native` and `seed` are those of `grade exercise1`. `gradient` says what the notebook
    calls a gradient, where it is not dX: {"dhprebn": "my_dhprebn"}.

    Raises UsageProblem, for an exercise that does not exist and where there is no notebook, and
    GraderFailure.
    """
    from grader.jupyter.check import check as check_here

    return check_here(exercise, strict, native, seed, gradient or {})


def inputs(exercise: str) -> tuple[Any, ...]:
    """What the exercise's forward pass is given, in the order of its parameters: the batch and the
    parameters that the grader itself shows, float32.

    Raises UsageProblem for an exercise that does not exist or is written as classes.
    """
    from grader.jupyter.inputs import inputs as inputs_of

    return inputs_of(exercise)


def load_ipython_extension(shell: Any) -> None:
    """`%load_ext grader`."""
    from grader.jupyter.magic import load

    load(shell)
