"""What the submissions of a run are judged with: the same for all of them, worked out once.

References wait for a ClosedRun, which an attempt gives when its child is gone. They are kept for
the next submission only where no child can read this process's memory (docs/threat-model.md).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import torch

from grader.bench.point import Point, random_point
from grader.bench.reference import Reference, reference_for
from grader.bench.trial import Trial, make_trial
from grader.course.exercise import Exercise
from grader.course.names import NameData
from grader.process.attempt import ClosedRun
from grader.protocol.messages import Answer, Ended, Setup
from grader.syntax.submission import Submission
from grader.tensors import identical

OTHER_SIZES = "other sizes"


@dataclass(frozen=True, eq=False)
class Bench:
    exercise: Exercise
    data: NameData
    # The lecture's view, the decision, then inputs that find what was hard-coded.
    trials: tuple[Trial, ...]
    points: tuple[Point, ...]  # for lines on their own: two in float64, one in float32
    _kept: dict[str, Reference] = field(default_factory=dict, init=False, repr=False)

    @property
    def decision(self) -> Trial:
        """In float64; a short training run starts from it as well."""
        return self.trials[1]

    def references(self, closed: ClosedRun) -> Mapping[str, Reference]:
        """torch's gradients of every trial, by the trial's label."""
        if self._kept:
            return self._kept
        found = {trial.label: reference_for(trial) for trial in self.trials}
        if not closed.memory_closed:
            return found
        self._kept.update(found)
        return self._kept

    def forget(self) -> None:
        """Before a child is made: what it might read, where memory is not closed to it."""
        if not self._kept:
            for point in self.points:
                point.forget()

    def exact(self, answer: Answer | Ended) -> bool:
        """Whether this reply to the lecture's view is torch's to the bit, in every row.

        False also where that cannot be known: no references are kept while a child lives.
        """
        kept = self._kept.get(self.trials[0].label)
        if kept is None or isinstance(answer, Ended):
            return False
        rows = self.exercise.gradients
        return all(identical(answer.gradients.get(name), kept.gradients[name]) for name in rows)


def make_bench(
    exercise: Exercise, data: NameData, seed: int, lecture_seed: int | None = None
) -> Bench:
    """`lecture_seed`: of the lecture's view, where `seed` is a secret."""
    shown = seed if lecture_seed is None else lecture_seed
    # A number of Python's has 64 bits, and the lecture's derivatives of scalars have too.
    dtype = torch.float64 if exercise.kind.plain_numbers else torch.float32
    lecture = make_trial(exercise, data, "lecture", shown, exercise.sizes, dtype)
    decision = make_trial(exercise, data, "decision", seed, exercise.sizes)
    other_seed = make_trial(exercise, data, f"seed {seed + 1}", seed + 1, exercise.sizes)
    other_sizes = make_trial(exercise, data, OTHER_SIZES, seed + 2, exercise.other_sizes)
    return Bench(
        exercise,
        data,
        trials=(lecture, decision, other_seed, other_sizes),
        points=tuple(random_point(trial) for trial in (other_seed, other_sizes, lecture)),
    )


def setup_for(
    exercise: Exercise,
    submission: Submission,
    timeout: float,
    names: Collection[str] | None = None,
) -> Setup:
    """What a child is told of a submission. `names`: of the rows asked for, where not all are."""
    return Setup(
        source=submission.source,
        path=str(submission.path),
        timeout=timeout,
        kind=exercise.kind.name,
        rows=tuple(
            row
            for row in exercise.rows
            if not submission.unwritten(row.written_at) and (names is None or row.name in names)
        ),
        chunks=tuple((chunk.name, chunk.expression) for chunk in exercise.chunks_to_run),
        declared=exercise.declared_facts,
    )
