"""What a change of the layers comes to, found out by running them here.

Each row beside the worked answer's, which is held by finite differences: every layer alone,
with something random for what arrives. Independent of the grader's judging.
"""

import ast
from dataclasses import dataclass
from functools import cache
from typing import Any

import torch

from grader.child.call import ChildCall
from grader.child.torch_modes import set_width
from grader.course.exercise import Exercise, load_exercise
from grader.kinds.layers.child import call_layers
from grader.protocol.messages import Setup
from grader.syntax.methods import lines_written
from grader.workspace import kit
from tests.grading import trial

from . import Effect

SEED = 20_240_302  # none that the suite grades with
TOLERANCE = 1e-11
Rows = dict[str, Any]


@dataclass(frozen=True)
class LayerOracle:
    exercise: Exercise

    def effect(self, source: str, gradient: str = "") -> Effect:
        found, raises, kinds = self.wrong(source)
        if not found:
            return Effect(self.exercise.gradients[0], raises=True) if raises else Effect()
        lines = lines_written(ast.parse(source))

        def line(name: str) -> int:
            place = self.exercise.place(name)
            return lines.get(place, lines.get(place.partition(":")[0], 0))

        first, *others = sorted((n for n in self.exercise.gradients if n in found), key=line)
        return Effect(first, shared=frozenset(others), raises=raises, mistakes=kinds)

    def wrong(self, source: str) -> tuple[frozenset[str], bool, frozenset[str]]:
        """The rows that are not right alone, whether anything raises, the ids that fit."""
        keys = {name: self.exercise.key(name) for name in self.exercise.gradients}
        right = _right(self.exercise.name)
        runs = list(zip(_runs(self.exercise.name, source), right, strict=True))
        found = {name for name, key in keys.items() if any(_off(*run, key) for run in runs)}
        kinds = {kind for name in found for run in runs for kind in _kinds(*run, keys[name])}
        return frozenset(found), any("raised" in got for got, _ in runs), frozenset(kinds)


def _off(got: Rows, due: Rows, key: str) -> bool:
    one, other = got.get(key), due[key]
    if not torch.is_tensor(one) or one.shape != other.shape or one.dtype != other.dtype:
        return True
    return not bool((one - other).abs().max() <= TOLERANCE * (1e-300 + other.abs().max()))


def _kinds(got: Rows, due: Rows, key: str) -> tuple[str, ...]:
    one = got.get(key)
    if not torch.is_tensor(one):
        return ()
    if one.shape != due[key].shape:
        return ("wrong-shape",)
    return () if one.isfinite().all() else ("not-finite",)


@cache
def _trials(name: str) -> tuple[Any, ...]:
    exercise = load_exercise(name)
    sizes = (exercise.sizes, exercise.other_sizes, exercise.sizes)
    return tuple(trial(name, SEED + at, size) for at, size in enumerate(sizes))


@cache
def _right(name: str) -> tuple[Rows, ...]:
    return tuple(_runs(name, kit.solution_source(name)))


def _runs(name: str, source: str) -> list[Rows]:
    return [_rows(source, at) for at in _trials(name)]


def _rows(source: str, at: Any) -> Rows:
    """What each layer gives alone."""
    exercise = at.exercise
    values = at.given
    declared = exercise.declared_facts
    kind = exercise.kind.name
    setup = Setup(source, "<mutant>", 1.0, kind, exercise.rows, declared=declared)
    generator = torch.Generator().manual_seed(at.seed)
    arrive = {
        name: torch.randn(values[name].shape, generator=generator, dtype=torch.float64)
        for name in exercise.gradients
        if name not in exercise.values
    }
    space: Rows = {}
    rows: Rows = {}
    try:
        set_width(float64=True)
        exec(compile(source, "<mutant>", "exec"), space)
        call_layers(ChildCall(space, {**values, **at.numbers}, setup, arrive), rows)
    except Exception as error:  # whatever it raises is an effect of the change
        rows["raised"] = error
    finally:
        set_width(float64=False)
    return rows
