"""A second look at a submission that is not right throughout, in a child of its own.

Which upstream gradients does a line use? Which line writes to a tensor that was done? Asked
only where the first look leaves something open, on inputs of its own, so that a right
answer in the usual form pays nothing, and no child is asked what this process has worked
out already.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import torch

from grader.answer import Answer, Ended
from grader.attempt import Attempt
from grader.comparison import TOLERANCE
from grader.lines import LineRun
from grader.trial import Trial, reference_for
from grader.vjp import Scene, above, nearest, scene_for


def ask_for_lines(
    attempt: Attempt,
    scene: Scene,
    *,
    watch: bool = False,
    restore: bool = False,
    late: dict[str, int] | None = None,
) -> Answer | Ended:
    """Run the instrumented function on the scene's values and upstream gradients."""
    facts, values = scene.trial.request()
    stand_ins = {"d" + name: tensor for name, tensor in scene.upstream.items()}
    facts |= {
        "stand_ins": list(stand_ins),
        "watch": watch,
        "restore": restore,
        "late": {"d" + name: line for name, line in (late or {}).items()},
    }
    return attempt.backward(facts, values | stand_ins)


@dataclass(frozen=True)
class Findings:
    """What the second look brought."""

    runs: tuple[LineRun, ...] = ()  # a gradient counts as done where nothing writes to it any more
    uses: dict[str, frozenset[str]] = field(default_factory=dict)  # upstream gradients, by line
    altered_at: dict[str, int] = field(default_factory=dict)  # gradient -> line
    changed_at: dict[str, int] = field(default_factory=dict)  # forward value -> line
    restored: LineRun | None = None  # with forward values put back whenever one is done


def inspect(attempt: Attempt, trials: tuple[Trial, ...], open_lines: Iterable[str]) -> Findings:
    """Run the lines of a submission on `trials`, and find out what `open_lines` depend on."""
    scenes = [scene_for(trial) for trial in trials]
    with attempt:
        watched = ask_for_lines(attempt, scenes[0], watch=True)
        altered = {} if isinstance(watched, Ended) else watched.altered_at
        changed = {} if isinstance(watched, Ended) else watched.changed_at
        late = _written_late(attempt, scenes[0], altered)
        answers = [ask_for_lines(attempt, scene, late=late) for scene in scenes]
        restored = None
        if changed:
            restored = ask_for_lines(attempt, scenes[0], restore=True, late=late)
        uses = _uses(attempt, scenes[0], answers[0], frozenset(open_lines), late)
    runs = tuple(
        LineRun(scene, reference_for(scene.trial), answer)
        for scene, answer in zip(scenes, answers, strict=True)
    )
    again = None if restored is None else LineRun(scenes[0], runs[0].reference, restored)
    return Findings(runs, uses, altered, changed, again)


def _written_late(attempt: Attempt, scene: Scene, altered: dict[str, int]) -> dict[str, int]:
    """Of the gradients that a later line writes to, those that this line makes right.

    They are accumulated through a view, or in a function they are passed to, and done only
    there. The others were right before, and are spoiled by it.
    """
    exercise = scene.exercise
    if not altered:
        return {}
    answer = ask_for_lines(attempt, scene, late=altered)
    found = {}
    for name, line in altered.items():
        result, expected = _result(answer, name), scene.gradient(name, nearest(exercise, name))
        if result is None or result.shape != expected.shape:
            continue
        if (result - expected).abs().max() <= TOLERANCE * expected.abs().max():
            found[name] = line
    return found


def _uses(
    attempt: Attempt,
    scene: Scene,
    before: Answer | Ended,
    open_lines: frozenset[str],
    late: dict[str, int],
) -> dict[str, frozenset[str]]:
    """Which upstream gradients change a line's result when they change."""
    exercise = scene.exercise
    changed: dict[str, set[str]] = {name: set() for name in open_lines}
    for upstream in exercise.gradients:
        below = [name for name in open_lines if upstream in above(exercise, name)]
        if not below:
            continue
        moved = {**scene.upstream, upstream: scene.upstream[upstream].flip(0) + 1.0}
        probe = Scene(scene.trial, scene.values, moved)
        after = ask_for_lines(attempt, probe, late=late)
        for name in below:
            if not _equal(_result(before, name), _result(after, name)):
                changed[name].add(upstream)
    return {name: frozenset(found) for name, found in changed.items()}


def _result(answer: Answer | Ended, name: str) -> torch.Tensor | None:
    return None if isinstance(answer, Ended) else answer.gradients.get(name)


def _equal(one: torch.Tensor | None, other: torch.Tensor | None) -> bool:
    if one is None or other is None:
        return one is other
    return one.shape == other.shape and torch.equal(one, other)
