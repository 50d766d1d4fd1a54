"""Which exercises a notebook holds answers to; where there is none, what notebook it is."""

import ast

from grader.cli.submissions import wanted_of
from grader.course import EXERCISES
from grader.course.exercise import Exercise, load_exercise
from grader.syntax import lecture
from grader.syntax.notebook import Notebook
from grader.workspace import kit

# By names that it binds, all of them: the lectures' other notebooks, and the exercise on each.
OTHERS: tuple[tuple[frozenset[str], str, str], ...] = (
    (frozenset(("Value",)), "micrograd", "warmup2"),
    (frozenset(("MultiHeadAttention",)), "GPT", "exercise8"),
    (frozenset(("Head",)), "attention", "exercise7"),
    (frozenset(("FlattenConsecutive",)), "WaveNet", "exercise5"),
    (frozenset(("BatchNorm1d",)), "activations and BatchNorm", "warmup5"),
    (frozenset(("bngain", "hpreact")), "BatchNorm", "exercise1"),
    (frozenset(("C", "emb")), "the MLP", "warmup4"),
    (frozenset(("xenc", "W")), "bigrams", "warmup3"),
    (frozenset(("N", "P")), "bigrams", "warmup3"),
)
MOST_NAMED = 4


def exercises_in(notebook: Notebook) -> list[Exercise]:
    """Those that it is graded for, in the order of the course."""
    if named := _by_its_own_grading(notebook):
        return named
    if defined := _by_definitions(notebook):
        return [defined]
    written = notebook.written
    if {"xenc", "dW"} <= written:
        return [load_exercise("warmup3")]
    read = frozenset().union(*(unit.reads for unit in notebook.units))
    batchnorm = any(name.startswith(("bn", "dbn")) for name in read | written)
    if {"dC", "dW1"} & written and not batchnorm:
        return [load_exercise("warmup4")]
    lectures = map(load_exercise, lecture.EXERCISES)
    return [exercise for exercise in lectures if notebook.holds(wanted_of(exercise))]


def _by_its_own_grading(notebook: Notebook) -> list[Exercise]:
    """What it grades by itself, if some of that is not the lecture's."""
    named = [load_exercise(name) for name in notebook.named if name in EXERCISES]
    if all(exercise.name in lecture.EXERCISES for exercise in named):
        return []
    return [exercise for exercise in named if notebook.holds(wanted_of(exercise))]


def _by_definitions(notebook: Notebook) -> Exercise | None:
    """Where it defines `backward` or an exercise's classes: the exercise of which most is there."""
    best, chosen = 0.0, None
    for exercise in map(load_exercise, EXERCISES):
        wanted = wanted_of(exercise)
        if not notebook.defines(wanted):
            continue
        if wanted.in_methods:
            share = float(not lacking(notebook, exercise))
        else:
            keys = set(wanted.gradients)
            others = notebook.backward_writes & _every_gradient()
            share = len(keys & others) / len(keys | others)
        if share > best:
            best, chosen = share, exercise
    return chosen


def _every_gradient() -> frozenset[str]:
    return frozenset(row.key for name in EXERCISES for row in load_exercise(name).rows)


def lacking(notebook: Notebook, exercise: Exercise) -> list[str]:
    """What the exercise's classes have and the notebook's have not: `Value.log`."""
    asked = ast.parse(kit.solution_source(exercise.name)).body
    found: list[str] = []
    for node in asked:
        if isinstance(node, ast.ClassDef) and node.name in wanted_of(exercise).definitions:
            here = notebook.definitions.get(node.name)
            there = _methods(here) if isinstance(here, ast.ClassDef) else set[str]()
            found += [f"{node.name}.{method}" for method in sorted(_methods(node) - there)]
    return found


def _methods(node: ast.ClassDef) -> set[str]:
    """Without what only shows it."""
    return {part.name for part in node.body if isinstance(part, ast.FunctionDef)} - {"__repr__"}


def what_it_is(notebook: Notebook) -> str | None:
    """A sentence about a notebook without answers, where it is one of the lectures'."""
    for names, what, name in OTHERS:
        if names <= notebook.written:
            exercise = load_exercise(name)
            less = lacking(notebook, exercise)
            said = f"{notebook.path}: this is the lecture's notebook on {what}, and nothing in it "
            if not wanted_of(exercise).in_methods:
                said += f"is derived by hand. {name} asks for that: {exercise.title}."
            else:
                shown = ", ".join(f"`{method}`" for method in less[:MOST_NAMED])
                more = f" and {len(less) - MOST_NAMED} more" if len(less) > MOST_NAMED else ""
                said = said.removesuffix(", and nothing in it ")
                said += f". {name} is on that, and asks for {shown}{more} as well."
            return f"{said} To begin: grade lesson {name}"
    return None
