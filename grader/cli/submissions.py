"""The file that is to be graded: as it is, or as a slice of a notebook."""

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from grader.course.exercise import Exercise
from grader.errors import Problem, UsageProblem, did_you_mean
from grader.fault_log import log_fault
from grader.syntax.notebook import Wanted, read_notebook
from grader.syntax.submission import Submission, read_submission


@cache
def wanted_of(exercise: Exercise) -> Wanted:
    also = (chunk.name for chunk in exercise.further_chunks)
    sizes = frozenset(("n", "batch_size", "vocab_size", *exercise.sizes))
    given = {*exercise.forward_pass.names, *also, *sizes} - {"loss", *exercise.values}
    keys = tuple(row.key for row in exercise.rows)
    if not exercise.kind.in_methods:
        tensors = not exercise.kind.plain_numbers
        return Wanted(exercise.name, keys, frozenset(given), sizes, tensors=tensors)
    classes = {row.written_at.partition(":")[0].partition(".")[0] for row in exercise.rows}
    names = frozenset(name.removesuffix("()") for name in classes)
    return Wanted(exercise.name, keys, frozenset(), frozenset(), names)


def gradient_names(pairs: Iterable[str], exercises: Iterable[Exercise]) -> dict[str, str]:
    """Of `--gradient dX=NAME`, by gradient the name that it has in a notebook.

    Raises UsageProblem for a gradient that none of these exercises asks for.
    """
    known = {row.key for exercise in exercises for row in exercise.rows}
    found: dict[str, str] = {}
    for pair in pairs:
        key, _, name = pair.partition("=")
        if key not in known:
            raise UsageProblem(
                f"--gradient {pair}: {key} is not asked for{did_you_mean(key, known)}"
            )
        if not name.isidentifier():
            raise UsageProblem(f"--gradient {pair}: write it as {key}=NAME_IN_THE_NOTEBOOK.")
        found[key] = name
    return found


def submission_at(
    path: Path,
    exercise: Exercise,
    names: Mapping[str, str] | None = None,
    as_it_is: bool = False,
    links: bool = True,
) -> Submission:
    """A file that defines what is asked for as it is; of a notebook, or of a script in the
    lecture's style, a slice, unless it is to be taken `as_it_is`. `names`: by gradient ("dprobs"),
    another name that it has there. `links`: whether a symbolic link is followed.

    Raises UsageProblem where there is no such file.
    """
    if not links and path.is_symlink():
        problem = f"{path}: a symbolic link; with --untrusted a submission is a file of its own."
        return Submission(path, "", problem=problem)
    try:
        return read_submission(path) if as_it_is else _submission_at(path, exercise, names)
    except Problem:
        raise
    except RecursionError:
        return Submission(path, "", problem=f"{path}: nested too deeply to be read.")
    except Exception as error:  # the file is at fault, in a way that nobody thought of
        why = log_fault(error, f"{exercise.name}, {path!r}, while it was read")
        said = f"{path}: garbled: it cannot be read ({why})."
        return Submission(path, "", problem=said, garbled=True)


def _submission_at(path: Path, exercise: Exercise, names: Mapping[str, str] | None) -> Submission:
    wanted = wanted_of(exercise)
    if path.suffix != ".ipynb":
        whole = read_submission(path)
        if whole.problem is None and _plainly_defines(whole, wanted):
            return whole
    notebook = read_notebook(path, names)
    if isinstance(notebook, Submission):
        return notebook
    if path.suffix == ".ipynb":
        return notebook.submission(wanted)
    lectures = not wanted.in_methods and notebook.readable and not notebook.defines(wanted)
    if lectures and notebook.holds(wanted):
        return notebook.submission(wanted)
    return whole


def _plainly_defines(whole: Submission, wanted: Wanted) -> bool:
    """Whether a file defines what is asked for, as most do: then nothing is sliced."""
    defined = {getattr(statement, "name", None) for statement in whole.tree.body}
    if not defined & wanted.definitions:
        return False
    return wanted.in_methods or not whole.gradients.keys().isdisjoint(wanted.gradients)
