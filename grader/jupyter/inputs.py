"""`grader.inputs("exercise1")`: what a forward pass starts from, for a notebook that runs it."""

from typing import Any

from grader.course.exercise import load_exercise
from grader.course.names import NameData, read_names
from grader.errors import UsageProblem
from grader.workspace import kit


def inputs(exercise: str) -> tuple[Any, ...]:
    """See grader.inputs."""
    asked = load_exercise(exercise)
    if asked.kind.in_methods:
        raise UsageProblem(f"{exercise} is written as classes; it has no inputs of its own.")
    given = asked.inputs(NameData(read_names(kit.NAMES)), 2147483647, asked.sizes)
    names = [item.name for item in asked.forward_pass.inputs]
    if asked.kind.plain_numbers:  # the first of the points at which it is graded
        return tuple(given[name][0].item() for name in names)
    return tuple(given[name] for name in names)
