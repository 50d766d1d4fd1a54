"""The notebooks that --new writes, in a real kernel: filled with the worked answers they pass, and
a mistake is named at its cell."""

import json
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


def test_each_runs_and_passes_with_the_worked_answer_and_a_mistake_is_named() -> None:
    """One test for all of them: a kernel takes longer to start than to run one."""
    exercises = [load_exercise(name) for name in FITTING]
    cells = [filled(exercise) + tripled(exercise) for exercise in exercises]
    outputs = iter(enumerate(run([*chain(*cells)]), 1))
    for exercise, own in zip(exercises, cells, strict=True):
        *before, (_, graded), (number, _), (_, wrong) = [next(outputs) for _ in own]
        assert [cell.error for _, cell in before if cell.error] == []
        assert_passed(exercise, graded)
        assert_named(exercise, wrong, number)


def assert_passed(exercise: Exercise, graded: Shown) -> None:
    count = len(exercise.gradients)
    assert f"\n{exercise.name}: passed, {count} of {count}\n" in graded.text
    assert '<span class="hg-good">passed</span>' in graded.html


def assert_named(exercise: Exercise, graded: Shown, number: int) -> None:
    """`number`: that the wrong cell was run as."""
    key, count = exercise.key(exercise.gradients[-1]), len(exercise.gradients)
    assert f"First error: {key}, [{number}] line 1, is wrong." in graded.text
    assert f"Yours: {key} = {key} * 3" in graded.text
    assert "grade explain wrong-factor" in graded.text
    assert f"\n{exercise.name}: not passed yet, {count - 1} of {count}\n" in graded.text


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
