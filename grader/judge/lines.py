"""Each line on its own merits: judging steps 4 and 5.

The learner's function runs once more with a random tensor in the place of every gradient
that is done (see instrument.py). A line is right when it gives the gradient through the
cut of those upstream gradients that it uses: its chunk's VJP, a longer step taken at once,
or, using none, the true gradient. A zero that the structure of the network brings about
says nothing; such a gradient has to use its upstream.
"""

from dataclasses import dataclass
from functools import partial

import torch

from grader.bench.point import NOTHING, Point, above, nearest
from grader.bench.reference import Reference
from grader.protocol.messages import Answer, Ended
from grader.tensors import TOLERANCE, identical


@dataclass(frozen=True)
class LineRun:
    """One run of the instrumented function, and what torch says there."""

    point: Point
    reference: Reference
    answer: Answer | Ended

    def result(self, name: str) -> torch.Tensor | None:
        """What the line gave, when its upstream gradients were stand-ins."""
        return None if isinstance(self.answer, Ended) else self.answer.gradients.get(name)

    def can_tell(self, name: str) -> bool:
        """Whether a line can be judged alone here: stand-ins were in their places before."""
        answer = self.answer
        if isinstance(answer, Ended) or answer.cut_off(name):
            return False
        if self.point.exercise.kind.runs_rows_alone:  # each ran by itself, with stand-ins at once
            return name in answer.recorded
        line, recorded = answer.recorded.get(name), answer.recorded
        upstream = above(self.point.exercise, name)
        return not upstream or any(recorded.get(other, line) != line for other in upstream)

    def right(self, name: str, cut: frozenset[str]) -> bool:
        """Whether the line gives the gradient through this cut."""
        if self.zero_by_structure(name, cut):
            return False
        scale = partial(self.reference.scale, name)
        return self.point.gives(self.result(name), name, cut, scale)

    def zero_by_structure(self, name: str, cut: frozenset[str] = NOTHING) -> bool:
        """Whether the gradient through the cut is zero but for rounding, and not because
        nothing depends on it."""
        near = nearest(self.point.exercise, name)
        if not near or cut == near:
            return False
        if cut:
            size = self.point.gradient(name, cut).abs().max()
            return bool(size <= TOLERANCE * self.point.gradient(name, near).abs().max())
        size = self.reference.gradients[name].abs().max()
        return bool(size <= TOLERANCE * self.reference.scale(name))

    def exact(self, name: str, cut: frozenset[str]) -> bool:
        return identical(self.result(name), self.point.gradient(name, cut))


@dataclass(frozen=True)
class LineJudgement:
    """A line in isolation, over all isolated runs."""

    cut: frozenset[str] | None  # the upstream gradients it uses, where it is right
    first_wrong_run: LineRun | None = None
    decidable: bool = True  # False: no stand-in was in its reach, it cannot be judged alone

    @property
    def right(self) -> bool:
        return self.cut is not None


UNDECIDABLE = LineJudgement(None, decidable=False)


def judge_line(name: str, runs: tuple[LineRun, ...], uses: frozenset[str] | None) -> LineJudgement:
    """`uses`: the upstream gradients that the line was seen to start from, where tried."""
    exercise = runs[0].point.exercise
    cuts = [nearest(exercise, name), NOTHING]
    if exercise.kind.runs_rows_alone:  # there is no closed form
        cuts = cuts[:1]
    if uses is not None:
        cuts.append(uses)
    decidable = all(run.can_tell(name) for run in runs)
    for cut in cuts:
        if all(run.right(name, cut) for run in runs):
            return LineJudgement(cut, decidable=bool(cut) or decidable)
    if not decidable:
        return UNDECIDABLE
    wrong = (run for run in runs if not any(run.right(name, cut) for cut in cuts))
    return LineJudgement(None, first_wrong_run=next(wrong, runs[-1]))
