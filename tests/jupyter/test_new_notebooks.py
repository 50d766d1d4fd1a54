"""The notebooks that --new writes, in a real kernel: filled with the worked answers they pass, and
a mistake is named at its cell."""

import json
from functools import cache

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


@cache
def shown() -> dict[str, list[Shown]]:
    """All of them in one kernel."""
    cells = {name: filled(load_exercise(name)) for name in FITTING}
    outputs = iter(run([cell for name in FITTING for cell in cells[name]], 120))
    return {name: [next(outputs) for _ in cells[name]] for name in FITTING}


@pytest.mark.parametrize("name", FITTING)
def test_a_new_notebook_runs_and_passes_with_the_worked_answer(name: str) -> None:
    *before, last = shown()[name]
    assert [cell.error for cell in before if cell.error] == []
    count = len(load_exercise(name).gradients)
    assert f"\n{name}: passed, {count} of {count}\n" in last.text
    assert '<span class="hg-good">passed</span>' in last.html


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
