"""Isolated runs with other stand-ins: what a line's result depends on."""

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import torch

from grader.bench.point import Point, above, nearest
from grader.course.exercise import Exercise
from grader.process.attempt import Attempt
from grader.protocol.messages import Answer, Ended, Isolation
from grader.syntax.submission import Submission
from grader.syntax.targets import within
from grader.tensors import close, identical


def ask_for_lines(
    attempt: Attempt,
    point: Point,
    *,
    watch: bool = False,
    restore: bool = False,
    late: Mapping[str, int] | None = None,
    stand_ins: Iterable[str] | None = None,
    everywhere: bool = False,
) -> Answer | Ended:
    """Run the instrumented function on the point's values and upstream gradients.

    `stand_ins`: for which gradients there are any, all where it is None. See Isolation.
    """
    usual = point.isolated_request
    assert usual.isolation is not None
    if not (watch or restore or late or everywhere) and stand_ins is None:
        return attempt.ask(usual)
    upstream = usual.isolation.stand_ins
    if stand_ins is not None:
        upstream = {name: upstream[name] for name in stand_ins}
    isolation = Isolation(upstream, watch, restore, late or {}, everywhere)
    return attempt.ask(replace(usual, isolation=isolation))


@dataclass(frozen=True)
class Probes:
    """Runs that move some stand-ins and show which results move with them."""

    attempt: Attempt
    point: Point
    before: Answer | Ended
    late: Mapping[str, int]
    submission: Submission
    asked: dict[tuple[str, ...], Answer | Ended] = field(default_factory=dict)

    def uses(self, name: str) -> frozenset[str]:
        """Which gradients change a line's result when they change: those of its chunk and those
        that its statements name one by one, the others by halves."""
        likely = sorted(nearest(self.point.exercise, name) | self._named_with(name))
        others = tuple(other for other in self.point.upstream if other not in {name, *likely})
        groups = [*((upstream,) for upstream in likely), others]
        return frozenset().union(*(self._used(name, group) for group in groups))

    def _used(self, name: str, group: tuple[str, ...], sure: bool = False) -> frozenset[str]:
        """Those of the group that the line uses. `sure`: one of them is known to be."""
        if not group:
            return frozenset()
        if not sure:
            before, after = (result_of(run, name) for run in (self.before, self._moved(group)))
            if identical(before, after) or before is after:
                return frozenset()
        if len(group) == 1:
            return frozenset(group)
        middle = len(group) // 2
        first = self._used(name, group[:middle])
        return first | self._used(name, group[middle:], sure=not first)

    def _named_with(self, name: str) -> frozenset[str]:
        """The other gradients that stand in a statement that writes this one."""
        names = {row.key: row.name for row in self.attempt.setup.rows}
        key = self.point.exercise.key(name)
        written = self.submission.gradients.get(key)
        nodes = [] if written is None else [write.node for write in written.writes]
        read = {part.id for part in within(nodes) if isinstance(part, ast.Name)}
        return frozenset(names[other] for other in read & names.keys() - {key})

    def _moved(self, group: tuple[str, ...]) -> Answer | Ended:
        if group not in self.asked:
            upstream = self.point.upstream
            moved = {**upstream, **{name: upstream[name].square() + 1.0 for name in group}}
            probe = replace(self.point, upstream=moved)
            self.asked[group] = ask_for_lines(self.attempt, probe, late=self.late)
        return self.asked[group]


def followers(exercise: Exercise, name: str, uses: frozenset[str]) -> frozenset[str]:
    """Of the gradients that a line uses, those that follow from others it uses, or do not lie
    above it at all: dbnbias, beside dhpreact."""
    upstream = uses & above(exercise, name)
    return uses - {used for used in upstream if not above(exercise, used) & upstream}


def consistent_points(points: Iterable[Point], name: str, uses: frozenset[str]) -> list[Point]:
    """For a line that uses gradients of which some follow from others: points where their
    stand-ins do so too. [] for other lines."""
    found = []
    for point in points:
        behind = followers(point.exercise, name, uses)
        if behind != uses and _follow(point.exercise, behind, uses - behind):
            derived = {other: point.gradient(other, uses - behind) for other in behind}
            found.append(replace(point, upstream={**point.upstream, **derived}))
    return found


def sibling_points(points: Iterable[Point], name: str, uses: frozenset[str]) -> list[Point]:
    """For a line that uses other gradients than its chunk's: points where the stand-ins of these
    follow from the chunk's. [] for other lines.

    Of `y = a + b`, db may stand in da's line where dy was meant: the two are the same. A line is
    right there if it is its chunk's VJP: dnorm_logits is not dlogits, though the two are alike.
    """
    found = []
    for point in points:
        near = nearest(point.exercise, name)
        if _follow(point.exercise, uses - near, near):
            derived = {other: point.gradient(other, near) for other in uses - near}
            found.append(replace(point, upstream={**point.upstream, **derived}))
    return found


def _follow(exercise: Exercise, names: frozenset[str], cut: frozenset[str]) -> bool:
    """Whether there are names, and each reaches the loss through the cut alone.

    Past the cut it would be the loss's own gradient, which no child is to see.
    """
    between = (chunk for name in names for chunk in exercise.forward_pass.chunks_towards(name, cut))
    return bool(names) and all(chunk.name != "loss" for chunk in between)


def constant_among(
    attempt: Attempt, point: Point, plain: Answer | Ended, names: list[str]
) -> frozenset[str]:
    """Of gradients that no stand-in reached, those that do not move with what is above them."""
    if not names:
        return frozenset()
    moved = ask_for_lines(attempt, point, everywhere=True)
    if isinstance(moved, Ended):
        return frozenset()
    return frozenset(
        name
        for name in names
        if above(point.exercise, name) & set(moved.recorded)
        and _moved_alone(result_of(plain, name), result_of(moved, name), point.upstream[name])
    )


def _moved_alone(before: torch.Tensor | None, after: torch.Tensor | None, by: torch.Tensor) -> bool:
    """Whether a gradient moved by what was added to it, or not at all."""
    if before is None or after is None:
        return before is after
    if before.shape != by.shape:
        return False
    return close(before, after) or close(before + by, after)


def result_of(answer: Answer | Ended, name: str) -> torch.Tensor | None:
    return None if isinstance(answer, Ended) else answer.gradients.get(name)
