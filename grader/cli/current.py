"""The exercise that a call means where it names none: the one that a learner is at."""

from typing import TYPE_CHECKING

import click

from grader.course import EXERCISES
from grader.errors import UsageProblem, shown

if TYPE_CHECKING:
    from grader.course.exercise import Exercise
    from grader.workspace.kit import Kit

ALL_PASSED = "Every exercise has passed."
FROM_THE_LECTURE = "From the lecture on backprop (makemore part 4)? Begin with exercise1 instead."


def _here() -> "tuple[Kit, str | None]":
    """The kit, and its current exercise. Raises UsageProblem where there is no kit."""
    from grader.workspace.current import current_exercise
    from grader.workspace.kit import find_kit

    folder = find_kit()
    return folder, current_exercise(folder)


def begun() -> list[str]:
    """What bare `grade` grades: the current exercise, if there is anything in its file yet."""
    try:
        folder, name = _here()
    except UsageProblem:
        return []
    if name is None or not folder.stub(name).exists() or folder.untouched(name):
        return []
    return [name]


def say_where_to_begin() -> bool:
    """Of an exercise without a line of the learner's; False where there is no kit here."""
    from grader.course.exercise import load_exercise

    try:
        folder, name = _here()
    except UsageProblem:
        return False
    if name is None:
        click.echo(f"{ALL_PASSED} `grade list` shows them; `grade all` grades them again.")
        return True
    exercise = load_exercise(name)
    first = "write the first method:" if exercise.kind.in_methods else "replace the first None:"
    click.echo(f"Next is {name}: {exercise.title}.\n")
    click.echo(f"  1. read what it is about:   grade lesson {name}")
    click.echo(f"  2. {first}  {shown(folder.stub(name))}")
    click.echo("  3. grade it:                grade")
    if name == EXERCISES[0]:
        click.echo(f"\n{FROM_THE_LECTURE}")
    return True


def exercise_meant(word: str | None) -> "Exercise":
    """The exercise named, or the current one; then it is said which. Raises UsageProblem."""
    from grader.course.exercise import load_exercise

    if word is not None:
        return load_exercise(word)
    _, current = _here()
    if current is None:
        raise UsageProblem(f"{ALL_PASSED} Name one: `grade list` shows them.")
    click.echo(f"Exercise: {current}", err=True)
    return load_exercise(current)


def gradient_meant(word: str | None, gradient: str | None) -> "tuple[Exercise, str | None]":
    """The exercise, and the gradient as typed: a gradient of the current exercise needs no
    exercise before it. Raises UsageProblem."""
    if word is None or gradient is not None or word in EXERCISES:
        return exercise_meant(word), gradient
    return (exercise_meant(None), word) if _asked_for(word) else (exercise_meant(word), None)


def _asked_for(word: str) -> bool:
    """Whether the current exercise asks for a gradient of this name."""
    from grader.course.exercise import load_exercise

    try:
        _, current = _here()
    except UsageProblem:
        return False
    if current is None:
        return False
    exercise = load_exercise(current)
    return bool(exercise.named(word))
