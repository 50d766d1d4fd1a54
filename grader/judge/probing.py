"""Runs of the instrumented function with other stand-ins: what a line's result depends on."""

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property

import torch

from grader.course.exercise import Exercise
from grader.judge.vjp import Scene, above, nearest
from grader.process.answer import Answer, Ended
from grader.process.attempt import Attempt


def ask_for_lines(
    attempt: Attempt,
    scene: Scene,
    *,
    watch: bool = False,
    restore: bool = False,
    late: dict[str, int] | None = None,
    stand_ins: Iterable[str] | None = None,
    everywhere: bool = False,
) -> Answer | Ended:
    """Run the instrumented function on the scene's values and upstream gradients.

    `stand_ins`: for which gradients there are any, all where it is None. `everywhere`: they
    are added wherever the gradient is written, and take nothing's place.
    """
    known = {name: value for name, value in scene.values.items() if torch.is_tensor(value)}
    facts, values = scene.trial.request(known)
    names = scene.upstream if stand_ins is None else stand_ins
    tensors = {"d" + name: scene.upstream[name] for name in names}
    facts |= {
        "stand_ins": list(tensors),
        "watch": watch,
        "restore": restore,
        "late": {"d" + name: line for name, line in (late or {}).items()},
        "everywhere": everywhere,
    }
    return attempt.backward(facts, values | tensors)


@dataclass(frozen=True)
class Probes:
    """Runs with other stand-ins, which show what a line's result depends on."""

    attempt: Attempt
    scene: Scene
    before: Answer | Ended
    late: dict[str, int]
    asked: dict[tuple[str, ...], Answer | Ended] = field(default_factory=dict)

    def uses(self, name: str) -> frozenset[str]:
        """Which gradients change a line's result when they change: those of its chunk and those
        that its statements name one by one, the others by halves."""
        named = self._named_with.get(name, frozenset())
        likely = sorted(nearest(self.scene.exercise, name) | named)
        others = tuple(other for other in self.scene.upstream if other not in {name, *likely})
        groups = [*((upstream,) for upstream in likely), others]
        return frozenset().union(*(self._used(name, group) for group in groups))

    def _used(self, name: str, group: tuple[str, ...], sure: bool = False) -> frozenset[str]:
        """Those of the group that the line uses. `sure`: one of them is known to be."""
        if not group:
            return frozenset()
        if not sure:
            before, after = (result_of(run, name) for run in (self.before, self._moved(group)))
            if _equal(before, after):
                return frozenset()
        if len(group) == 1:
            return frozenset(group)
        middle = len(group) // 2
        first = self._used(name, group[:middle])
        return first | self._used(name, group[middle:], sure=not first)

    @cached_property
    def _named_with(self) -> dict[str, frozenset[str]]:
        """For each gradient, the others that stand in a statement that assigns it."""
        keys = {"d" + name: name for name in self.scene.upstream}

        def named(part: ast.AST) -> frozenset[str]:
            names = [node.id for node in ast.walk(part) if isinstance(node, ast.Name)]
            return frozenset(keys[name] for name in names if name in keys)

        found: dict[str, frozenset[str]] = {}
        for node in ast.walk(ast.parse(self.attempt.submission.source)):
            if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                for name in frozenset().union(*map(named, targets)):
                    found[name] = found.get(name, frozenset()) | named(node) - {name}
        return found

    def _moved(self, group: tuple[str, ...]) -> Answer | Ended:
        if group not in self.asked:
            upstream = self.scene.upstream
            moved = {**upstream, **{name: upstream[name].square() + 1.0 for name in group}}
            probe = replace(self.scene, upstream=moved)
            self.asked[group] = ask_for_lines(self.attempt, probe, late=self.late)
        return self.asked[group]


def followers(exercise: Exercise, name: str, uses: frozenset[str]) -> frozenset[str]:
    """Of the gradients that a line uses, those that follow from others it uses, or do not lie
    above it at all: dbnbias, beside dhpreact."""
    upstream = uses & above(exercise, name)
    return uses - {used for used in upstream if not above(exercise, used) & upstream}


def scenes_in_step(scenes: Iterable[Scene], name: str, uses: frozenset[str]) -> list[Scene]:
    """For a line that uses gradients of which some follow from others: scenes where their
    stand-ins do so too. [] for other lines."""
    found = []
    for scene in scenes:
        behind = followers(scene.exercise, name, uses)
        if behind != uses and _follow(scene.exercise, behind, uses - behind):
            derived = {other: scene.gradient(other, uses - behind) for other in behind}
            found.append(replace(scene, upstream={**scene.upstream, **derived}))
    return found


def scenes_beside(scenes: Iterable[Scene], name: str, uses: frozenset[str]) -> list[Scene]:
    """For a line that uses other gradients than its chunk's: scenes where the stand-ins of these
    follow from the chunk's. [] for other lines.

    Of `y = a + b`, db may stand in da's line where dy was meant: the two are the same. A line is
    right there if it is its chunk's VJP: dnorm_logits is no dlogits, though the two are alike.
    """
    found = []
    for scene in scenes:
        near = nearest(scene.exercise, name)
        if _follow(scene.exercise, uses - near, near):
            derived = {other: scene.gradient(other, near) for other in uses - near}
            found.append(replace(scene, upstream={**scene.upstream, **derived}))
    return found


def _follow(exercise: Exercise, names: frozenset[str], cut: frozenset[str]) -> bool:
    """Whether there are names, and each reaches the loss through the cut alone.

    Past the cut it would be the loss's own gradient, which no child is to see.
    """
    between = (chunk for name in names for chunk in exercise.forward_pass.chunks_towards(name, cut))
    return bool(names) and all(chunk.name != "loss" for chunk in between)


def constant_among(
    attempt: Attempt, scene: Scene, plain: Answer | Ended, names: list[str]
) -> frozenset[str]:
    """Of gradients that no stand-in reached, those that do not move with what is above them."""
    if not names:
        return frozenset()
    moved = ask_for_lines(attempt, scene, everywhere=True)
    if isinstance(moved, Ended):
        return frozenset()
    return frozenset(
        name
        for name in names
        if above(scene.exercise, name) & set(moved.recorded)
        and _moved_alone(result_of(plain, name), result_of(moved, name), scene.upstream[name])
    )


def _moved_alone(before: torch.Tensor | None, after: torch.Tensor | None, by: torch.Tensor) -> bool:
    """Whether a gradient moved by what was added to it, or not at all."""
    if before is None or after is None:
        return before is after
    if not before.shape == after.shape == by.shape or not before.dtype == after.dtype == by.dtype:
        return False
    return any(torch.allclose(before + times * by, after) for times in (0, 1))


def result_of(answer: Answer | Ended, name: str) -> torch.Tensor | None:
    return None if isinstance(answer, Ended) else answer.gradients.get(name)


def _equal(one: torch.Tensor | None, other: torch.Tensor | None) -> bool:
    if one is None or other is None:
        return one is other
    return one.shape == other.shape and torch.equal(one.nan_to_num(), other.nan_to_num())
