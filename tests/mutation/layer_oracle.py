"""What a change of the layers comes to, found out by running them here.

Each row beside the worked answer's, which is held by finite differences: every layer alone,
with something random for what arrives. Independent of the grader's judging.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import torch

from grader.bench.trial import Trial, make_trial
from grader.child.call import ChildCall
from grader.child.torch_modes import set_width
from grader.course.exercise import load_exercise
from grader.course.names import NameData, read_names
from grader.kinds.layers.child import call_layers
from grader.protocol.messages import Setup
from grader.workspace import kit

SEED = 20_240_302  # none that the suite grades with
TOLERANCE = 1e-11
Rows = dict[str, Any]


@dataclass(frozen=True)
class LayerEffect:
    wrong: frozenset[str]  # rows that are not right alone
    raises: bool
    kinds: frozenset[str]  # ids that name what came out, whatever was done to get there

    @property
    def harmless(self) -> bool:
        return not self.wrong and not self.raises


def effect_of(source: str) -> LayerEffect:
    exercise = load_exercise("warmup5")
    keys = {name: exercise.key(name) for name in exercise.gradients}
    runs = list(zip(_runs(source), _right(), strict=True))
    raises = any("raised" in got for got, _ in runs)
    wrong = {name for name, key in keys.items() if any(_off(got, due, key) for got, due in runs)}
    kinds = {kind for name in wrong for got, due in runs for kind in _kinds(got, due, keys[name])}
    return LayerEffect(frozenset(wrong), raises, frozenset(kinds))


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


@lru_cache(maxsize=1)
def _trials() -> tuple[Trial, ...]:
    exercise, data = load_exercise("warmup5"), NameData(read_names(kit.NAMES))
    sizes = (exercise.sizes, exercise.other_sizes, exercise.sizes)
    return tuple(make_trial(exercise, data, "oracle", SEED + at, s) for at, s in enumerate(sizes))


@lru_cache(maxsize=1)
def _right() -> tuple[Rows, ...]:
    return tuple(_runs(kit.solution_source("warmup5")))


def _runs(source: str) -> list[Rows]:
    return [_rows(source, trial) for trial in _trials()]


def _rows(source: str, trial: Trial) -> Rows:
    """What each layer gives alone."""
    exercise = trial.exercise
    values = trial.given
    setup = Setup(source, "<mutant>", 1.0, exercise.kind.name, exercise.rows)
    generator = torch.Generator().manual_seed(trial.seed)
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
        call_layers(ChildCall(space, {**values, **trial.numbers}, setup, arrive), rows)
    except Exception as error:  # whatever it raises is an effect of the change
        rows["raised"] = error
    finally:
        set_width(float64=False)
    return rows
