"""A second look at a submission that is not right throughout, in a child of its own.

Which upstream gradients does a line use? Which line writes to a tensor that was done? Asked
only where the first look leaves something open, on inputs of its own, so that a right
answer in the usual form pays nothing, and no child is asked what this process has worked
out already.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import torch

from grader.answer import Answer, Ended
from grader.attempt import Attempt
from grader.exercise import Exercise
from grader.lines import LineRun, gives
from grader.trial import Trial, reference_for
from grader.vjp import Scene, above, nearest, scene_for


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
class Findings:
    """What the second look brought."""

    runs: tuple[LineRun, ...] = ()  # a gradient counts as done where nothing writes to it any more
    uses: dict[str, frozenset[str]] = field(default_factory=dict)  # gradients, by line
    altered_at: dict[str, int] = field(default_factory=dict)  # gradient -> line
    changed_at: dict[str, int] = field(default_factory=dict)  # forward value -> line
    restored: LineRun | None = None  # with forward values put back whenever one is done
    in_step: dict[str, tuple[LineRun, ...]] = field(default_factory=dict)  # see _in_step
    rebuilt: frozenset[str] = frozenset()  # returned otherwise than they were when done
    constant: frozenset[str] = frozenset()  # the same, however the gradients above them move

    def runs_of(self, name: str) -> tuple[LineRun, ...]:
        """Those that judge this line."""
        return self.in_step.get(name, self.runs)

    def cut_of(self, name: str) -> frozenset[str] | None:
        """The upstream gradients that this line starts from, where that was tried."""
        if name not in self.uses:
            return None
        return self.uses[name] - _follow(self.runs[0].scene.exercise, name, self.uses[name])

    def cannot_tell(self, name: str) -> bool:
        """Whether this line, though not seen to be right, may be so.

        It starts from gradients that are not above it, or that no stand-in took the place of.
        """
        cut = self.cut_of(name)
        if cut is None:
            return False
        if self.uses[name] and not cut:
            return True
        silent = not cut or self.runs[0].zero_by_structure(name, cut)
        return silent and name not in self.constant


def inspect(attempt: Attempt, trials: tuple[Trial, ...], open_lines: Iterable[str]) -> Findings:
    """Run the lines of a submission on `trials`, and find out what `open_lines` depend on.

    References are worked out when the child has ended.
    """
    scenes = [scene_for(trial) for trial in trials]
    with attempt:
        watched = ask_for_lines(attempt, scenes[0], watch=True)
        altered = {} if isinstance(watched, Ended) else watched.altered_at
        changed = {} if isinstance(watched, Ended) else watched.changed_at
        late = _written_late(attempt, scenes[0], altered)
        answers = [ask_for_lines(attempt, scene, late=late) for scene in scenes[1:]]
        answers.insert(0, ask_for_lines(attempt, scenes[0], late=late) if late else watched)
        restored = None
        if changed:
            restored = ask_for_lines(attempt, scenes[0], restore=True, late=late)
        probes = _Probes(attempt, scenes[0], answers[0], late)
        uses = {name: probes.uses(name) for name in open_lines if not probes.settles(name)}
        in_step = {
            name: [(scene, ask_for_lines(attempt, scene, late=late)) for scene in moved]
            for name, used in uses.items()
            if (moved := _in_step(scenes, name, used))
        }
        plain = ask_for_lines(attempt, scenes[0], late=late, stand_ins=())
        constant = _constant(attempt, scenes[0], plain, [name for name in uses if not uses[name]])
    references = [reference_for(scene.trial) for scene in scenes]

    def runs(pairs: Iterable[tuple[Scene, Answer | Ended]]) -> tuple[LineRun, ...]:
        known = zip(pairs, references, strict=True)
        return tuple(LineRun(scene, reference, answer) for (scene, answer), reference in known)

    return Findings(
        runs=runs(zip(scenes, answers, strict=True)),
        uses=uses,
        altered_at=altered,
        changed_at=changed,
        restored=None if restored is None else LineRun(scenes[0], references[0], restored),
        in_step={name: runs(pairs) for name, pairs in in_step.items()},
        rebuilt=frozenset() if isinstance(plain, Ended) else frozenset(plain.rebuilt),
        constant=constant,
    )


def _written_late(attempt: Attempt, scene: Scene, altered: dict[str, int]) -> dict[str, int]:
    """Of the gradients that a later line writes to, those that this line makes right.

    They are accumulated through a view, or in a function they are passed to, and done only
    there. The others were right before, and are spoiled by it.
    """
    if not altered:
        return {}
    answer = ask_for_lines(attempt, scene, late=altered)
    return {
        name: line
        for name, line in altered.items()
        if gives(_result(answer, name), scene, name, nearest(scene.exercise, name))
    }


@dataclass(frozen=True)
class _Probes:
    """Runs with other stand-ins, which show what a line's result depends on."""

    attempt: Attempt
    scene: Scene
    before: Answer | Ended
    late: dict[str, int]
    asked: dict[tuple[str, ...], Answer | Ended] = field(default_factory=dict)

    def settles(self, name: str) -> bool:
        """Whether the line is its chunk's, which needs no probing."""
        near = nearest(self.scene.exercise, name)
        return not near or gives(_result(self.before, name), self.scene, name, near)

    def uses(self, name: str) -> frozenset[str]:
        """Which gradients change a line's result when they change: those of its chunk one by
        one, the others by halves."""
        exercise = self.scene.exercise
        near = nearest(exercise, name)
        others = tuple(other for other in self.scene.upstream if other not in near | {name})
        pending = [*((upstream,) for upstream in sorted(near)), others]
        found: set[str] = set()
        while pending:
            group = pending.pop()
            if not group or _equal(_result(self.before, name), _result(self._moved(group), name)):
                continue
            if len(group) == 1:
                found.update(group)
            else:
                middle = len(group) // 2
                pending += [group[:middle], group[middle:]]
        return frozenset(found)

    def _moved(self, group: tuple[str, ...]) -> Answer | Ended:
        if group not in self.asked:
            upstream = self.scene.upstream
            moved = {**upstream, **{name: upstream[name].flip(0) + 1.0 for name in group}}
            probe = replace(self.scene, upstream=moved)
            self.asked[group] = ask_for_lines(self.attempt, probe, late=self.late)
        return self.asked[group]


def _follow(exercise: Exercise, name: str, uses: frozenset[str]) -> frozenset[str]:
    """Of the gradients that a line uses, those that follow from others it uses, or do not lie
    above it at all: dbnbias, beside dhpreact."""
    upstream = uses & above(exercise, name)
    return uses - {used for used in upstream if not above(exercise, used) & upstream}


def _in_step(scenes: Iterable[Scene], name: str, uses: frozenset[str]) -> list[Scene]:
    """For a line that uses gradients of which some follow from others: scenes where their
    stand-ins do so too. [] for other lines."""
    found = []
    for scene in scenes:
        follow = _follow(scene.exercise, name, uses)
        if follow and follow != uses:
            derived = {other: scene.gradient(other, uses - follow) for other in follow}
            found.append(replace(scene, upstream={**scene.upstream, **derived}))
    return found


def _constant(
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
        and _moved_alone(_result(plain, name), _result(moved, name), scene.upstream[name])
    )


def _moved_alone(before: torch.Tensor | None, after: torch.Tensor | None, by: torch.Tensor) -> bool:
    """Whether a gradient moved by what was added to it, or not at all."""
    if before is None or after is None or not before.shape == after.shape == by.shape:
        return before is after
    return any(torch.allclose(before + times * by, after) for times in (0, 1))


def _result(answer: Answer | Ended, name: str) -> torch.Tensor | None:
    return None if isinstance(answer, Ended) else answer.gradients.get(name)


def _equal(one: torch.Tensor | None, other: torch.Tensor | None) -> bool:
    if one is None or other is None:
        return one is other
    return one.shape == other.shape and torch.equal(one, other)
