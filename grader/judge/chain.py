"""One trial of the code as it is written: what was asked, what it gave, what torch says."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial

import torch

from grader.bench.point import Point, nearest
from grader.bench.reference import Reference
from grader.bench.trial import Trial
from grader.judge.compare import Comparison, compare, fits
from grader.protocol.messages import Answer, Ended
from grader.tensors import identical


@dataclass(frozen=True)
class ChainRun:
    trial: Trial
    answer: Answer | Ended
    reference: Reference
    in_table: bool = False  # the lecture's view, which the table shows

    def compare(self, name: str) -> Comparison | None:
        """None where this gradient was not given."""
        answer = self.answer
        if isinstance(answer, Ended) or not (name in answer.gradients or name in answer.kinds):
            return None
        compared = compare(
            answer.gradients.get(name),
            answer.kinds.get(name),
            self.reference.gradients[name],
            partial(self.reference.scale, name),
            self.trial.exercise.points,
            in_table=self.in_table,
            largest=self.reference.largest(name),
        )
        shape = answer.shapes.get(name, compared.shape)
        return compared if shape == compared.shape else replace(compared, shape=shape)

    @property
    def given(self) -> dict[str, torch.Tensor]:
        return {} if isinstance(self.answer, Ended) else dict(self.answer.gradients)

    def fit(self, names: Iterable[str]) -> bool:
        """Whether what was given of these can be worked with."""
        return all(fits(self.given.get(name), self.reference.gradients[name]) for name in names)

    def follows_from_values(self, name: str) -> bool:
        """Whether this value follows from the submitted values that it depends on."""
        depends_on = self.trial.exercise.depends_on.get(name, ())
        if not self.fit((name, *depends_on)):
            return False
        given = {other: self.given[other] for other in depends_on}
        expected = self.trial.expected_values({**self.trial.scope, **given})[name]
        scale = partial(self.reference.scale, name)
        return compare(self.given[name], None, expected, scale).right

    def follows(self, name: str) -> bool:
        """Whether this gradient follows from the upstream gradients submitted."""
        near, given = nearest(self.trial.exercise, name), self.given
        if not self.fit(near):
            return False
        point = Point(self.trial, self.trial.scope, given)
        # Zero follows from zero on any line, and a forward value from a forward value on many.
        value = point.values[name]
        if name not in given or not given[name].any() or identical(given[name], value):
            return False
        return bool(near) and point.gives(given[name], name, near)

    def true_point(self) -> Point:
        """With torch's gradients as the upstream ones."""
        return Point(self.trial, self.trial.scope, self.reference.gradients)
