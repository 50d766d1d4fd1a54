"""`grade package`: the kit for Gradescope, GitHub or nbgrader, which call it by themselves."""

from pathlib import Path

import click

from grader.cli import main
from grader.cli.class_output import written
from grader.errors import UsageProblem, shown

WORKFLOW = Path(".github") / "workflows" / "classroom.yml"
chosen = click.option(
    "--exercise", "exercises", multiple=True, metavar="NAME", help="One of several."
)
rules = click.option(
    "--policy", type=Path, metavar="FILE", help="The course's policy, course.toml."
)


@main.group()
def package() -> None:
    """The kit for Gradescope, GitHub or nbgrader, which call it by themselves."""


@package.command()
@click.argument("file", type=Path, metavar="FILE")
@chosen
@rules
def gradescope(file: Path, exercises: tuple[str, ...], policy: Path | None) -> None:
    """Write an autograder for Gradescope to FILE, a zip: upload it as it is."""
    from grader.classroom.package import gradescope as zipped
    from grader.cli.classroom import read_rules

    found = read_rules(policy, exercises)
    with written(file):
        zipped(found.exercises, policy, found.names, file)
    click.echo(f"{shown(file)} is written: upload it in the assignment's Configure Autograder.")


@package.command()
@click.argument("file", type=Path, metavar="[FILE]", required=False, default=WORKFLOW)
@chosen
@click.option(
    "--policy", type=Path, metavar="FILE", help="The policy, as a path in the repository."
)
@click.option(
    "--install", metavar="REQUIREMENT", help="What pip installs; by default this version."
)
def github(
    file: Path, exercises: tuple[str, ...], policy: Path | None, install: str | None
) -> None:
    """Write a workflow that grades at each push, for GitHub Classroom's template repository."""
    from grader.classroom.package import github as workflow
    from grader.cli.classroom import read_rules

    write_new(file, workflow(read_rules(policy, exercises).exercises, policy, install))
    click.echo(f"{shown(file)} is written: commit it in the template repository.")


@package.command()
@click.argument("file", type=Path, metavar="FILE.ipynb")
@chosen
@rules
def nbgrader(file: Path, exercises: tuple[str, ...], policy: Path | None) -> None:
    """Write an assignment's notebook for nbgrader, with the worked answer: into source/."""
    from grader.classroom.package.nbgrader import assignment
    from grader.cli.classroom import read_rules
    from grader.course.exercise import load_exercise
    from grader.workspace.kit import solution_source

    if file.suffix != ".ipynb":
        raise UsageProblem(
            f"{shown(file)}: nbgrader takes notebooks; name a file that ends in .ipynb."
        )
    found = read_rules(policy, exercises)
    if len(found.exercises) != 1:
        raise UsageProblem("A notebook has one exercise: name one with --exercise.")
    (name,) = found.exercises
    write_new(file, assignment(load_exercise(name), solution_source(name), found))
    click.echo(
        f"{shown(file)} is written, with the worked answer, which `nbgrader generate_assignment` "
        "takes out."
    )


def write_new(file: Path, text: str) -> None:
    """Nothing is written over."""
    if file.exists():
        raise UsageProblem(f"{shown(file)} exists; name another file, or remove it.")
    with written(file):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
