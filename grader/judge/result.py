"""One trial of a submission: what was asked, what came back, what torch says."""

from collections.abc import Iterable
from dataclasses import dataclass

import torch

from grader.judge.compare import Comparison, compare, fits
from grader.judge.lines import gives
from grader.judge.trial import Reference, Trial
from grader.judge.vjp import Scene, nearest
from grader.process.answer import Answer, Ended


@dataclass(frozen=True)
class Result:
    trial: Trial
    answer: Answer | Ended
    reference: Reference

    def compare(self, name: str) -> Comparison | None:
        """None where this gradient was not given."""
        answer = self.answer
        if isinstance(answer, Ended) or not (name in answer.gradients or name in answer.kinds):
            return None
        return compare(
            answer.gradients.get(name),
            answer.kinds.get(name),
            self.reference.gradients[name],
            self.reference.scales[name],
            self.trial.exercise.points,
        )

    @property
    def given(self) -> dict[str, torch.Tensor]:
        return {} if isinstance(self.answer, Ended) else self.answer.gradients

    def fit(self, names: Iterable[str]) -> bool:
        """Whether what was given of these can be worked with."""
        return all(fits(self.given.get(name), self.reference.gradients[name]) for name in names)

    def follows_from_values(self, name: str) -> bool:
        """Whether this value is what comes of those submitted that it rests on."""
        rests_on = self.trial.exercise.rests_on.get(name, ())
        if not self.fit((name, *rests_on)):
            return False
        given = {other: self.given[other] for other in rests_on}
        due = self.trial.due({**self.trial.inputs, **self.trial.values(), **given})[name]
        return compare(self.given[name], None, due, self.reference.scales[name]).right

    def follows(self, name: str) -> bool:
        """Whether this gradient is what comes of the upstream gradients submitted."""
        near, given = nearest(self.trial.exercise, name), self.given
        if not self.fit(near):
            return False
        scene = Scene(self.trial, {**self.trial.inputs, **self.trial.values()}, given)
        # Zero follows from zero on any line, and a forward value from a forward value on many.
        if name not in given or not given[name].any() or same(given[name], scene.values[name]):
            return False
        return bool(near) and gives(given[name], scene, name, near)


def same(given: torch.Tensor, value: torch.Tensor) -> bool:
    return given.dtype == value.dtype and torch.equal(given, value)
