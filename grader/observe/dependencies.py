"""What the lines of a submission depend on, where they are not all in the usual form.

Which upstream gradients does a line use? Which line writes to a tensor that was done? Asked
of the same child before it ends, and only about what the isolated runs leave open: a right
answer in the usual form is asked nothing more. No reference gradient is needed for it, nor
known yet: a line is compared with its chunk's VJP on random stand-ins.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import torch

from grader.bench.point import NOTHING, Point, nearest
from grader.observe.probes import (
    Probes,
    ask_for_lines,
    consistent_points,
    constant_among,
    followers,
    result_of,
    sibling_points,
)
from grader.process.attempt import Attempt
from grader.protocol.messages import Answer, Ended
from grader.syntax.submission import Submission
from grader.tensors import close

ENOUGH = 4  # numbers that are no multiple of others by luck
Run = tuple[Point, Answer | Ended]  # of the instrumented function: what was asked, what it gave


@dataclass(frozen=True)
class Dependencies:
    """The isolated runs in float64, and what further runs add to them."""

    runs: tuple[Run, ...]  # a gradient counts as done where nothing writes to it any more
    uses: Mapping[str, frozenset[str]] = field(default_factory=dict)  # gradients, by line
    done_late: Mapping[str, int] = field(default_factory=dict)  # gradient -> line: done only there
    altered_at: Mapping[str, int] = field(default_factory=dict)  # gradient -> line that wrote to it
    # The same where nothing takes the place of a gradient that is done: through views of views.
    aliased_at: Mapping[str, int] = field(default_factory=dict)
    changed_at: Mapping[str, int] = field(default_factory=dict)  # forward value -> line
    restored: Run | None = None  # what was written to is put back whenever a gradient is done
    # By line: runs where some stand-ins follow from others (consistent_points, sibling_points).
    consistent: Mapping[str, tuple[Run, ...]] = field(default_factory=dict)
    siblings: Mapping[str, tuple[Run, ...]] = field(default_factory=dict)
    returned_differently: frozenset[str] = frozenset()  # than they were when done
    constant: frozenset[str] = frozenset()  # the same, however the gradients above them move
    cut_off: frozenset[str] = frozenset()  # time was up before it was known what they use

    def cut_of(self, name: str) -> frozenset[str] | None:
        """The upstream gradients that this line starts from, where that was tried."""
        if name not in self.uses:
            return None
        return self.uses[name] - followers(self.runs[0][0].exercise, name, self.uses[name])


def find_dependencies(
    attempt: Attempt,
    runs: tuple[Run, ...],
    names: Sequence[str],
    wrote: bool,
    submission: Submission,
) -> Dependencies:
    """Ask on about the lines that do not give their chunk's VJP.

    `runs`: the isolated ones, of which the first is looked into. `names`: the gradients given.
    `wrote`: whether the function as written changed a forward value.
    """
    found = Dependencies(runs)
    answers = [answer for _, answer in runs if isinstance(answer, Answer)]
    wrote = wrote or any(answer.altered for answer in answers)
    if wrote:
        found = _with_writes(attempt, found, names)
    point, before = found.runs[0]
    left = [name for name in names if not _settled(result_of(before, name), point, name)]
    rebuilt = any(answer.rebuilt for answer in answers)
    if not left and not wrote and not rebuilt:
        return found
    probes = Probes(attempt, point, before, found.done_late, submission)
    known = {name: near for name in left if (near := _scaled(found.runs, name))}
    uses = {name: known.get(name) or probes.uses(name) for name in left}
    if point.exercise.kind.runs_rows_alone:  # each ran alone: what no stand-in moves is constant
        ran = before.recorded if isinstance(before, Answer) else {}
        constant = frozenset(name for name in left if not uses[name] and name in ran)
        return replace(found, uses=uses, constant=constant)
    if known.keys() == uses.keys() and not wrote and not rebuilt:
        return replace(found, uses=uses)
    further = _without_stand_ins(attempt, replace(found, uses=uses), wrote)
    if attempt.ended is None:
        return further
    # That something is missing says nothing of its line once the child has ended.
    timed_out = attempt.ended.how == "timeout"
    return replace(found, cut_off=frozenset(left)) if timed_out else found


def _settled(result: torch.Tensor | None, point: Point, name: str) -> bool:
    """Whether the line is its chunk's, or has no gradient above it: that needs no probing."""
    near = nearest(point.exercise, name)
    return not near or point.gives(result, name, near)


def _scaled(runs: Iterable[Run], name: str) -> frozenset[str]:
    """The upstream gradients of the line's chunk, where it gives a multiple of the chunk's VJP at
    every point: then it uses these. Empty for any other line, and for one with so few numbers in
    it that any are a multiple."""
    near: frozenset[str] = NOTHING
    for point, answer in runs:
        near, result = nearest(point.exercise, name), result_of(answer, name)
        if not near or result is None:
            return NOTHING
        expected = point.gradient(name, near)
        few = min(one.numel() for one in (expected, *(point.upstream[other] for other in near)))
        if few < ENOUGH or result.shape != expected.shape or result.dtype != expected.dtype:
            return NOTHING
        factor = ((result * expected).sum() / (expected * expected).sum()).item()
        if not factor or not close(result, factor * expected):
            return NOTHING
    return near


def _without_stand_ins(attempt: Attempt, found: Dependencies, wrote: bool) -> Dependencies:
    """What is constant or returned differently; and the runs in which stand-ins follow."""
    point, late = found.runs[0][0], found.done_late
    plain = ask_for_lines(attempt, point, late=late, stand_ins=())
    if wrote and isinstance(plain, Answer) and set(plain.rebuilt) - found.altered_at.keys():
        plain = ask_for_lines(attempt, point, watch=True, late=late, stand_ins=())
    points = [point for point, _ in found.runs]

    def asked(moved: list[Point]) -> tuple[Run, ...]:
        return tuple((point, ask_for_lines(attempt, point, late=late)) for point in moved)

    consistent, siblings = {}, {}
    for name, used in found.uses.items():
        ways = consistent_points(points, name, used), sibling_points(points, name, used)
        if any(ways):
            consistent[name], siblings[name] = map(asked, ways)
    unmoved = [name for name, used in found.uses.items() if not used]
    constant = constant_among(attempt, point, plain, unmoved)
    if isinstance(plain, Ended):
        return found
    return replace(
        found,
        aliased_at={name: at for name, at in plain.altered_at.items() if name not in late},
        consistent=consistent,
        siblings=siblings,
        returned_differently=frozenset(plain.rebuilt),
        constant=constant,
    )


def _with_writes(attempt: Attempt, found: Dependencies, names: Sequence[str]) -> Dependencies:
    """Which line wrote to what was done, and the runs with that taken into account."""
    point = found.runs[0][0]
    watched = ask_for_lines(attempt, point, watch=True)
    if isinstance(watched, Ended):
        return found
    late = _written_late(attempt, point, watched.altered_at)
    runs = found.runs
    if late:
        runs = tuple((point, ask_for_lines(attempt, point, late=late)) for point, _ in runs)
    first = min(watched.altered_at.values(), default=0)
    after = [name for name in names if first and watched.recorded.get(name, 0) > first]
    before, restored = runs[0][1], None
    if watched.changed_at or not all(_settled(result_of(before, o), point, o) for o in after):
        restored = point, ask_for_lines(attempt, point, restore=True, late=late)
    return replace(
        found,
        runs=runs,
        done_late=late,
        altered_at=watched.altered_at,
        changed_at=watched.changed_at,
        restored=restored,
    )


def _written_late(attempt: Attempt, point: Point, altered: Mapping[str, int]) -> dict[str, int]:
    """Of the gradients that a later line writes to, those that this line makes right.

    They are accumulated through a view, or in a function they are passed to, and done only
    there. The others were right before, and are spoiled by it.
    """
    if not altered:
        return {}
    answer = ask_for_lines(attempt, point, late=altered)
    return {
        name: line
        for name, line in altered.items()
        if (near := nearest(point.exercise, name))  # through no cut it would be the reference
        and point.gives(result_of(answer, name), name, near)
    }
