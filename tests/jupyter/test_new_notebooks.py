"""The notebooks that --new writes, in a real kernel: filled with the worked answers they pass, and
a mistake is named at its cell."""

import json
from dataclasses import dataclass
from functools import cache
from itertools import chain

import nbformat
import pytest

from grader.course import EXERCISES
from grader.course.exercise import Exercise, load_exercise
from grader.errors import UsageProblem
from grader.workspace import kit
from grader.workspace.new_notebook import notebook_text
from grader.workspace.stub import solution_lines

from .kernel import Shown, run

IN_CLASSES = ("warmup2", "warmup5", "exercise10")
# Exercises 1 to 4 first: after them all lines are taken for those of an exercise with a heading.
FITTING = sorted(set(EXERCISES) - set(IN_CLASSES), key=lambda name: (name[0], len(name), name))


def source_cells(exercise: Exercise) -> list[str]:
    text = notebook_text(exercise, kit.solution_source(exercise.name))
    cells = nbformat.reads(text, as_version=4).cells
    return [cell.source for cell in cells if cell.cell_type == "code"]


def filled(exercise: Exercise) -> list[str]:
    """With the worked answer in place of each None."""
    solution, cells = kit.solution_source(exercise.name), source_cells(exercise)
    for name in exercise.gradients:
        opening = f"{exercise.key(name)} = None"
        (at,) = [at for at, cell in enumerate(cells) if cell.split("\n")[-1].startswith(opening)]
        asked = "\n".join(cells[at].split("\n")[:-1])
        cells[at] = f"{asked}\n{solution_lines(exercise, solution, name)}"
    return cells


def tripled(exercise: Exercise) -> list[str]:
    """A mistake in the last gradient, and the grading once more."""
    key = exercise.key(exercise.gradients[-1])
    return [f"{key} = {key} * 3", f'grader.check("{exercise.name}")']


@dataclass(frozen=True)
class Run:
    cells: list[Shown]
    first: int  # the number that the first was run as


@cache
def runs() -> dict[str, Run]:
    """All of them in one kernel."""
    exercises = [load_exercise(name) for name in FITTING]
    cells = {exercise.name: filled(exercise) + tripled(exercise) for exercise in exercises}
    outputs, found, first = iter(run([*chain(*cells.values())])), dict[str, Run](), 1
    for name, own in cells.items():
        found[name] = Run([next(outputs) for _ in own], first)
        first += len(own)
    return found


@pytest.mark.parametrize("name", FITTING)
def test_a_new_notebook_runs_and_passes_with_the_worked_answer(name: str) -> None:
    *before, graded, _, _ = runs()[name].cells
    assert [cell.error for cell in before if cell.error] == []
    count = len(load_exercise(name).gradients)
    assert f"\n{name}: passed, {count} of {count}\n" in graded.text
    assert '<span class="hg-good">passed</span>' in graded.html


@pytest.mark.parametrize("name", FITTING)
def test_a_mistake_is_named_at_its_cell(name: str) -> None:
    exercise, found = load_exercise(name), runs()[name]
    key, number = exercise.key(exercise.gradients[-1]), found.first + len(found.cells) - 2
    said = found.cells[-1].text
    assert f"First error: {key}, [{number}] line 1, is wrong." in said
    assert f"Yours: {key} = {key} * 3" in said
    assert "grade explain wrong-factor" in said
    count = len(exercise.gradients)
    assert f"\n{name}: not passed yet, {count - 1} of {count}\n" in said


@pytest.mark.parametrize("name", FITTING)
def test_it_is_a_notebook_by_its_schema(name: str) -> None:
    exercise = load_exercise(name)
    text = notebook_text(exercise, kit.solution_source(name))
    nbformat.validate(json.loads(text))
    assert text == notebook_text(exercise, kit.solution_source(name))
    for gradient in exercise.gradients:
        assert text.count(f"{exercise.key(gradient)} = None") == 1


@pytest.mark.parametrize("name", IN_CLASSES)
def test_classes_are_told_where_to_go(name: str) -> None:
    with pytest.raises(UsageProblem, match=f"exercises/{name}.py and run: grade {name}"):
        notebook_text(load_exercise(name), kit.solution_source(name))
