"""The file that is to be graded: as it is, or as a slice of a notebook."""

from pathlib import Path

from grader.course.exercise import Exercise
from grader.syntax.notebook import Wanted, read_notebook
from grader.syntax.submission import Submission, read_submission


def wanted_of(exercise: Exercise) -> Wanted:
    also = (chunk.name for chunk in exercise.further_chunks)
    sizes = ("n", "batch_size", "vocab_size", *exercise.sizes)
    given = {*exercise.forward_pass.names, *also, *sizes} - {"loss", *exercise.values}
    return Wanted(exercise.name, tuple(row.key for row in exercise.rows), frozenset(given))


def submission_at(path: Path, exercise: Exercise) -> Submission:
    """A file that defines `backward` as it is; of another in the lecture's style, a slice.

    Raises UsageProblem where there is no such file.
    """
    if exercise.kind.name != "function":
        return read_submission(path)
    notebook = read_notebook(path)
    if isinstance(notebook, Submission) or notebook.defines_backward:
        return read_submission(path)
    wanted = wanted_of(exercise)
    if path.suffix == ".ipynb" or (notebook.readable and notebook.holds(wanted)):
        return notebook.submission(wanted)
    return read_submission(path)
