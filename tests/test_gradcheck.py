"""Every worked backward against finite differences in float64: no autograd on that side."""

import ast
from collections.abc import Callable
from functools import partial
from inspect import signature
from typing import Any

import pytest
import torch

from grader.bench.trial import Trial, evaluate, make_trial
from grader.child.call import ChildCall
from grader.course import EXERCISES
from grader.course.exercise import Exercise, load_exercise
from grader.course.names import NameData, read_names
from grader.kinds import NUMBERS
from grader.kinds.drivers import DRIVERS
from grader.protocol.messages import Setup
from grader.workspace import kit

ENTRIES = 6  # of each gradient, drawn: enough for a wrong formula, few enough to be quick
STEP = 1e-6
Backward = Callable[..., dict[str, torch.Tensor]]


@pytest.fixture(scope="module")
def data() -> NameData:
    return NameData(read_names(kit.NAMES))


def backward_of(source: str) -> Backward:
    space: dict[str, Any] = {}
    exec(compile(ast.parse(source), "<worked>", "exec"), space)
    backward: Backward = space["backward"]
    return backward


def submitted(trial: Trial, source: str) -> dict[str, torch.Tensor]:
    values = trial.given
    copies = {name: value.clone() for name, value in values.items()}
    if trial.exercise.kind.in_methods:
        return by_classes(trial, source)
    backward = backward_of(source)
    if trial.exercise.kind is not NUMBERS:
        given = {**trial.numbers, **copies}  # more than most ask for
        return backward(**{name: given[name] for name in signature(backward).parameters})
    numbers = [
        dict(zip(values, point, strict=True)) for point in zip(*values.values(), strict=True)
    ]
    given = [backward(**{name: value.item() for name, value in at.items()}) for at in numbers]
    keys = map(trial.exercise.key, trial.exercise.gradients)
    return {key: torch.tensor([at[key] for at in given], dtype=torch.float64) for key in keys}


def by_classes(trial: Trial, source: str) -> dict[str, torch.Tensor]:
    """As the child calls them, in this process and in float64."""
    exercise = trial.exercise
    chunks = tuple((chunk.name, chunk.expression) for chunk in exercise.chunks_to_run)
    kind, declared = exercise.kind.name, exercise.declared_facts
    setup = Setup(source, "<worked>", 1.0, kind, exercise.rows, chunks, declared)
    space: dict[str, Any] = {"__file__": "<worked>"}
    scope: dict[str, Any] = {}
    exec(compile(ast.parse(source), "<worked>", "exec"), space)
    torch.set_default_dtype(torch.float64)
    try:
        given = {**trial.given, **trial.numbers}
        DRIVERS[setup.kind](ChildCall(space, given, setup), scope)
    finally:
        torch.set_default_dtype(torch.float32)
    return scope


def loss_with(exercise: Exercise, scope: dict[str, Any], name: str, value: torch.Tensor) -> float:
    """The loss, were this value of the forward pass another: what reads it is worked out anew."""
    changed = {**scope, name: value}
    moved = {name}
    for chunk in exercise.forward_pass.chunks:
        if moved & set(chunk.reads):
            changed[chunk.name] = evaluate(exercise, chunk.expression, changed)
            moved.add(chunk.name)
    return float(changed["loss"].sum())  # of numbers there is one loss a point


def slope(loss: Callable[[torch.Tensor], float], value: torch.Tensor, at: int) -> float:
    """Of the loss in one entry, by central differences."""
    ends = []
    for sign in (1, -1):
        nearby = value.clone()
        nearby.view(-1)[at] += sign * STEP
        ends.append(loss(nearby))
    return (ends[0] - ends[1]) / (2 * STEP)


def disagreements(exercise: Exercise, trial: Trial, source: str) -> list[str]:
    given = submitted(trial, source)
    scope = trial.scope
    generator = torch.Generator().manual_seed(trial.seed)
    found = []
    for name in (each for each in exercise.gradients if each not in exercise.values):
        loss = partial(loss_with, exercise, scope, name)
        value, gradient = scope[name].contiguous(), given["d" + name]
        entries = torch.randint(0, value.numel(), (ENTRIES,), generator=generator).tolist()
        entries.append(int(gradient.abs().argmax()))
        for at in entries:
            expected, got = slope(loss, value, at), float(gradient.reshape(-1)[at])
            if abs(got - expected) > 1e-5 * float(gradient.abs().max()) + 1e-8:
                found.append(f"d{name}[{at}]: {got}, by differences {expected}")
    return found


@pytest.mark.parametrize("which", ["sizes", "other_sizes"])
@pytest.mark.parametrize("name", EXERCISES)
def test_the_worked_backward_agrees_with_finite_differences(
    name: str, which: str, data: NameData
) -> None:
    exercise = load_exercise(name)
    trial = make_trial(exercise, data, "differences", 11, getattr(exercise, which))
    assert disagreements(exercise, trial, kit.solution_source(name)) == []


def test_a_wrong_factor_and_a_wrong_entry_would_be_found(data: NameData) -> None:
    exercise = load_exercise("exercise1")
    trial = make_trial(exercise, data, "differences", 11, exercise.other_sizes)
    source = kit.solution_source("exercise1")
    for old, new in (("(1.0 - h**2)", "(1.0 - h)"), ("1.0 / n * (", "1.0 / (n - 1) * (")):
        assert source.count(old) == 1
        assert disagreements(exercise, trial, source.replace(old, new))
    exercise = load_exercise("warmup1")
    trial = make_trial(exercise, data, "differences", 11, exercise.other_sizes)
    source = kit.solution_source("warmup1").replace("dd = dratio / curve", "dd = dratio * curve")
    assert disagreements(exercise, trial, source)
