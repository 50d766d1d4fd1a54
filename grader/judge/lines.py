"""Each line on its own merits: judging steps 4 and 5.

The learner's function runs once more with a random tensor in the place of every gradient
that is done (see instrument.py). A line is right when it gives the gradient through the
cut of those upstream gradients that it uses: its chunk's VJP, a longer step taken at once,
or, using none, the true gradient. A zero that the structure of the network brings about
says nothing; such a gradient has to use its upstream.
"""

from dataclasses import dataclass

import torch

from grader.judge.compare import TOLERANCE
from grader.judge.trial import Reference
from grader.judge.vjp import Scene, above, nearest
from grader.process.answer import Answer, Ended

NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True)
class LineRun:
    """One run of the instrumented function, and what torch says there."""

    scene: Scene
    reference: Reference
    answer: Answer | Ended

    def result(self, name: str) -> torch.Tensor | None:
        """What the line gave, when its upstream gradients were stand-ins."""
        return None if isinstance(self.answer, Ended) else self.answer.gradients.get(name)

    def can_tell(self, name: str) -> bool:
        """Whether a line can be judged alone here: stand-ins were in their places before."""
        answer = self.answer
        if isinstance(answer, Ended):
            return False
        if self.scene.exercise.kind.classes:  # each ran by itself, with stand-ins at once
            return name in answer.recorded
        line = answer.recorded.get(name)
        before = {other for other, at in answer.recorded.items() if at != line}
        upstream = above(self.scene.exercise, name)
        return not upstream or bool(upstream & before)

    def right(self, name: str, cut: frozenset[str]) -> bool:
        """Whether the line gives the gradient through this cut."""
        if self.zero_by_structure(name, cut):
            return False
        return gives(self.result(name), self.scene, name, cut, self.reference.scales[name])

    def zero_by_structure(self, name: str, cut: frozenset[str] = NOTHING) -> bool:
        """Whether the gradient through the cut is zero but for rounding, and not because
        nothing depends on it."""
        near = nearest(self.scene.exercise, name)
        if not near or cut == near:
            return False
        if cut:
            size = self.scene.gradient(name, cut).abs().max()
            return bool(size <= TOLERANCE * self.scene.gradient(name, near).abs().max())
        size = self.reference.gradients[name].abs().max()
        return bool(size <= TOLERANCE * self.reference.scales[name])

    def exact(self, name: str, cut: frozenset[str]) -> bool:
        result = self.result(name)
        return result is not None and torch.equal(result, self.scene.gradient(name, cut))


def gives(
    result: torch.Tensor | None,
    scene: Scene,
    name: str,
    cut: frozenset[str],
    true_scale: float = 0.0,
) -> bool:
    """Whether this is the gradient through the cut. `true_scale`: the true gradient's."""
    if result is None:
        return False
    expected = scene.gradient(name, cut)
    if result.shape != expected.shape or result.dtype != expected.dtype:
        return False
    size = expected.abs().max().item() * scene.exercise.loose.get(name, 1.0)
    scale = size if cut else true_scale
    return (result - expected).abs().max().item() <= TOLERANCE * scale


@dataclass(frozen=True)
class Own:
    """A line on its own merits, over all runs of the instrumented function."""

    cut: frozenset[str] | None  # the upstream gradients it uses, where it is right
    wrong_in: LineRun | None = None  # the first run that shows it wrong
    known: bool = True  # False: no stand-in was in its reach, it cannot be judged alone

    @property
    def right(self) -> bool:
        return self.cut is not None


def own_merits(name: str, runs: tuple[LineRun, ...], uses: frozenset[str] | None) -> Own:
    """`uses`: the upstream gradients that the line was seen to start from, where tried."""
    exercise = runs[0].scene.exercise
    cuts = [nearest(exercise, name), NOTHING]
    if exercise.kind.classes:  # what each is handed is all that it has: there is no closed form
        cuts = cuts[:1]
    if uses is not None:
        cuts.append(uses)
    for cut in cuts:
        if all(run.right(name, cut) for run in runs):
            return Own(cut, known=bool(cut) or all(run.can_tell(name) for run in runs))
    if not all(run.can_tell(name) for run in runs):
        return Own(None, known=False)
    wrong = (run for run in runs if not any(run.right(name, cut) for cut in cuts))
    return Own(None, wrong_in=next(wrong, runs[-1]))
