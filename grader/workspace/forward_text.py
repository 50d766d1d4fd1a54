"""The forward pass in one piece, as the course lays it out, with shapes. Imports no torch."""

import ast
from collections.abc import Iterator

from grader.course.exercise import Exercise
from grader.course.forward import laid_out


def forward_lines(exercise: Exercise) -> list[str]:
    """The chunks, each with its shape as a comment; plain numbers have none."""
    lines = laid_out(exercise.forward)[1].split("\n")
    if exercise.kind.plain_numbers:
        return [line.partition("  # ()")[0].rstrip() for line in lines]
    return lines


def given_lines(exercise: Exercise) -> list[str]:
    """What the forward pass is given: `C       (vocab_size, n_embd)`."""
    inputs = exercise.forward_pass.inputs
    width = max((len(item.name) for item in inputs), default=0) + 2
    return [f"{item.name:<{width}}{item.shape}".rstrip() for item in inputs]


def marked_lines(exercise: Exercise, name: str) -> Iterator[tuple[str, str]]:
    """Each line with its mark: ">" where a chunk reads the value, "=" where it is made."""
    lines = forward_lines(exercise)
    marks = [" "] * len(lines)
    readers = {chunk.name for chunk in exercise.forward_pass.consumers.get(name, ())}
    for node in ast.parse("\n".join(lines)).body:
        match node:
            case ast.Assign(targets=[ast.Name(id=made)]):
                mark = "=" if made == name else ">" if made in readers else " "
                marks[node.lineno - 1] = mark
    yield from zip(marks, lines, strict=True)
