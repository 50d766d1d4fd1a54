"""Which exercise a learner is at: the one that a command means where none is named."""

from grader.course import EXERCISES
from grader.workspace.hint_state import last_grading, saved_at
from grader.workspace.kit import Kit


def current_exercise(folder: Kit) -> str | None:
    """The one whose file was saved last, until it passes; then the next one not passed.

    The first of the course where no file has been worked on; None where all have passed.
    """
    last = _worked_on_last(folder)
    if last is not None and not _passed_as_it_is(folder, last):
        return last
    start = 0 if last is None else EXERCISES.index(last) + 1
    progress = folder.progress()
    in_order = (*EXERCISES[start:], *EXERCISES[:start])
    return next((n for n in in_order if not progress.get(n, {}).get("passed", False)), None)


def _worked_on_last(folder: Kit) -> str | None:
    """Files that are the stubs as they were laid out do not count, whenever they were written."""
    saved = {name: saved_at(folder, name) for name in EXERCISES}
    by_time = sorted(EXERCISES, key=lambda name: saved[name] or 0, reverse=True)
    there = (name for name in by_time if saved[name] is not None)
    return next((name for name in there if not folder.untouched(name)), None)


def _passed_as_it_is(folder: Kit, exercise: str) -> bool:
    """Whether it passed, and has not been saved since."""
    return folder.progress().get(exercise, {}).get("passed", False) and last_grading(
        folder, exercise
    ).saved == saved_at(folder, exercise)
