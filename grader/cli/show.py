"""`grade show`: the forward pass in one piece, and where a value is read. Imports no torch."""

from typing import TYPE_CHECKING

import click

from grader.cli import main
from grader.cli.current import gradient_meant
from grader.cli.learner import gradient_named
from grader.cli.pager import paged
from grader.cli.paragraphs import wrapped

if TYPE_CHECKING:
    from grader.course.exercise import Exercise


@main.command()
@click.argument("exercise", required=False)
@click.argument("gradient", required=False)
def show(exercise: str | None, gradient: str | None) -> None:
    """Show the forward pass, or who reads the value of a GRADIENT."""
    from grader.workspace.forward_text import forward_lines, given_lines

    course, gradient = gradient_meant(exercise, gradient)
    if gradient is not None:
        _readers(course, gradient_named(course, gradient))
        return
    first = course.word(course.gradients[0])
    lines = [
        click.style(f"{course.name}: {course.title}", bold=True),
        "\nGiven:",
        *(f"  {line}" for line in given_lines(course)),
        "\nForward pass:",
        *(f"  {line}".rstrip() for line in forward_lines(course)),
        f"\nWho reads a value: grade show {course.name} {first}",
    ]
    paged("\n".join(lines) + "\n")


def _readers(course: "Exercise", name: str) -> None:
    from grader.workspace.forward_text import marked_lines

    key, readers = course.key(name), course.forward_pass.consumers.get(name, ())
    if name in course.values:
        said = [wrapped(f"{name}: {course.asked_for(name)}"), ""]
    elif len(readers) > 1:
        count = f"{len(readers)} lines"
        said = [wrapped(f"{count} read {name}: {key} is the sum of their contributions."), ""]
    else:
        said = [f"One line reads {name}.", ""]
    lines = list(marked_lines(course, name))
    for mark, line in lines:
        colour = "cyan" if mark == ">" else None
        said.append(click.style(f"{mark} {line}".rstrip(), fg=colour, bold=mark == "="))
    made = [f"= makes {name}"] if "=" in [mark for mark, _ in lines] else []
    said += ["", ", ".join([*made, f"> reads {name}"])]
    paged("\n".join(said) + "\n")
