"""A second look at a submission whose lines are not all in the usual form.

Which upstream gradients does a line use? Which line writes to a tensor that was done? Asked
of the same child before it ends, and only about what the instrumented runs leave open: a
right answer in the usual form is asked nothing more. No reference gradient is needed for it,
nor known yet: a line is compared with its chunk's VJP on random stand-ins.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import torch

from grader.judge.lines import LineRun, gives
from grader.judge.probing import (
    Probes,
    ask_for_lines,
    constant_among,
    followers,
    result_of,
    scenes_beside,
    scenes_in_step,
)
from grader.judge.trial import Reference
from grader.judge.vjp import Scene, nearest
from grader.process.answer import Answer, Ended
from grader.process.attempt import Attempt

Asked = tuple[Scene, Answer | Ended]


@dataclass(frozen=True)
class Findings:
    """The instrumented runs and what the second look adds to them."""

    asked: tuple[Asked, ...]  # a gradient counts as done where nothing writes to it any more
    uses: dict[str, frozenset[str]] = field(default_factory=dict)  # gradients, by line
    late: dict[str, int] = field(default_factory=dict)  # gradient -> line: done only there
    altered_at: dict[str, int] = field(default_factory=dict)  # gradient -> line
    # The same where nothing takes the place of a gradient that is done: through views of views.
    spoiled_at: dict[str, int] = field(default_factory=dict)
    changed_at: dict[str, int] = field(default_factory=dict)  # forward value -> line
    put_back: Asked | None = None  # with what was written to put back whenever one is done
    # By line: runs where some stand-ins follow from others: scenes_in_step, scenes_beside.
    in_step: dict[str, tuple[tuple[Asked, ...], tuple[Asked, ...]]] = field(default_factory=dict)
    rebuilt: frozenset[str] = frozenset()  # returned otherwise than they were when done
    constant: frozenset[str] = frozenset()  # the same, however the gradients above them move
    references: dict[str, Reference] = field(default_factory=dict)  # by the trial's label

    @cached_property
    def runs(self) -> tuple[LineRun, ...]:
        """Only to be read when there are references: the child has ended."""
        return self._line_runs(self.asked)

    def runs_of(self, name: str) -> tuple[LineRun, ...]:
        """Those that judge this line."""
        in_step, _ = self._in_step_runs.get(name, ((), ()))
        beside = self.runs_beside(name)
        if beside and all(run.right(name, nearest(run.scene.exercise, name)) for run in beside):
            return beside
        return in_step or self.runs

    def runs_beside(self, name: str) -> tuple[LineRun, ...]:
        """Those where what this line uses for its chunk's gradients follows from these."""
        return self._in_step_runs.get(name, ((), ()))[1]

    @cached_property
    def _in_step_runs(self) -> dict[str, tuple[tuple[LineRun, ...], tuple[LineRun, ...]]]:
        return {
            name: (self._line_runs(in_step), self._line_runs(beside))
            for name, (in_step, beside) in self.in_step.items()
        }

    @cached_property
    def restored(self) -> LineRun | None:
        return None if self.put_back is None else self._line_runs([self.put_back])[0]

    def _line_runs(self, asked: Iterable[Asked]) -> tuple[LineRun, ...]:
        return tuple(
            LineRun(scene, self.references[scene.trial.label], answer) for scene, answer in asked
        )

    def cut_of(self, name: str) -> frozenset[str] | None:
        """The upstream gradients that this line starts from, where that was tried."""
        if name not in self.uses:
            return None
        return self.uses[name] - followers(self.asked[0][0].exercise, name, self.uses[name])

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


def inspect(
    attempt: Attempt, asked: tuple[Asked, ...], names: Sequence[str], wrote: bool
) -> Findings:
    """Find out what the lines depend on that do not give their chunk's VJP.

    `asked`: the instrumented runs, of which the first is looked into. `names`: the gradients
    given. `wrote`: whether the function as written changed a forward value.
    """
    findings = Findings(asked)
    answers = [answer for _, answer in asked if isinstance(answer, Answer)]
    wrote = wrote or any(answer.altered for answer in answers)
    if wrote:
        findings = _with_writes(attempt, findings, names)
    (scene, before), late = findings.asked[0], findings.late
    left = [name for name in names if not _settled(result_of(before, name), scene, name)]
    if not left and not wrote and not any(answer.rebuilt for answer in answers):
        return findings
    probes = Probes(attempt, scene, before, late)
    uses = {name: probes.uses(name) for name in left}
    if scene.exercise.kind.classes:  # each ran alone: what no stand-in moves is constant
        ran = before.recorded if isinstance(before, Answer) else {}
        constant = frozenset(name for name in left if not uses[name] and name in ran)
        return replace(findings, uses=uses, constant=constant)
    plain = ask_for_lines(attempt, scene, late=late, stand_ins=())
    if wrote and isinstance(plain, Answer) and set(plain.rebuilt) - findings.altered_at.keys():
        plain = ask_for_lines(attempt, scene, watch=True, late=late, stand_ins=())
    scenes = [scene for scene, _ in asked]
    in_step = {}
    for name, used in uses.items():
        ways = scenes_in_step(scenes, name, used), scenes_beside(scenes, name, used)
        if any(ways):
            first, second = (
                tuple((scene, ask_for_lines(attempt, scene, late=late)) for scene in moved)
                for moved in ways
            )
            in_step[name] = first, second
    constant = constant_among(attempt, scene, plain, [name for name in uses if not uses[name]])
    if isinstance(plain, Ended) or attempt.ended is not None:  # that something is missing says
        return findings  # nothing of its line then
    return replace(
        findings,
        uses=uses,
        spoiled_at={name: at for name, at in plain.altered_at.items() if name not in late},
        in_step=in_step,
        rebuilt=frozenset(plain.rebuilt),
        constant=constant,
    )


def _settled(result: torch.Tensor | None, scene: Scene, name: str) -> bool:
    """Whether the line is its chunk's, or has no gradient above it: that needs no probing."""
    near = nearest(scene.exercise, name)
    return not near or gives(result, scene, name, near)


def _with_writes(attempt: Attempt, findings: Findings, names: Sequence[str]) -> Findings:
    """Which line wrote to what was done, and the runs with that taken into account."""
    (scene, _), *_ = findings.asked
    watched = ask_for_lines(attempt, scene, watch=True)
    if isinstance(watched, Ended):
        return findings
    late = _written_late(attempt, scene, watched.altered_at)
    asked = findings.asked
    if late:
        asked = tuple((scene, ask_for_lines(attempt, scene, late=late)) for scene, _ in asked)
    first = min(watched.altered_at.values(), default=0)
    after = [name for name in names if first and watched.recorded.get(name, 0) > first]
    before, put_back = asked[0][1], None
    if watched.changed_at or not all(_settled(result_of(before, o), scene, o) for o in after):
        put_back = scene, ask_for_lines(attempt, scene, restore=True, late=late)
    return replace(
        findings,
        asked=asked,
        late=late,
        altered_at=watched.altered_at,
        changed_at=watched.changed_at,
        put_back=put_back,
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
        if (near := nearest(scene.exercise, name))  # through no cut it would be the reference
        and gives(result_of(answer, name), scene, name, near)
    }
