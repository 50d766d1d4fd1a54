"""The short run that is part of a grading: the learner's loss curve beside autograd's."""

from collections.abc import Iterator
from itertools import count
from weakref import WeakKeyDictionary

from grader.bench.trial import Trial
from grader.course.names import NameData
from grader.process.attempt import Attempt
from grader.report import Training
from grader.train.gradient_descent import Gradients, Step, by_autograd, gradient_descent
from grader.train.learner import by_hand

SHORT_RUN = 4  # steps: what goes wrong in one of them shows in the next
CURVE_TOLERANCE = 1e-8  # relative; float64 runs differ by rounding only


def short_run(attempt: Attempt, start: Trial, data: NameData) -> list[Step]:
    """The graded run, with the learner's gradients."""
    return list(_short(start, data, by_hand(attempt)))


def _short(start: Trial, data: NameData, gradients: Gradients) -> Iterator[Step]:
    recipe, inputs = start.exercise.recipe, start.exercise.inputs
    assert recipe is not None
    drawn = (inputs(data, start.seed + number, start.sizes) for number in count(1))
    batches = (
        {name: value for name, value in batch.items() if name not in recipe.trained}
        for batch in drawn
    )
    _, rate = recipe.rates[0]
    return gradient_descent(start, batches, gradients, [rate] * SHORT_RUN)


def beside_autograd(steps: list[Step], start: Trial, data: NameData) -> Training:
    """The learner's loss curve beside autograd's, from the same start on the same batches."""
    expected = _autograd_losses(start, data)
    losses = tuple(step.loss for step in steps)
    apart = first_difference(losses, expected)
    return Training(len(expected), losses, expected, apart is None, apart)


def _autograd_losses(start: Trial, data: NameData) -> tuple[float, ...]:
    """The same for all submissions that start there, so it is worked out once."""
    if start not in _known:
        _known[start] = tuple(step.loss for step in _short(start, data, by_autograd))
    return _known[start]


_known: WeakKeyDictionary[Trial, tuple[float, ...]] = WeakKeyDictionary()


def first_difference(losses: tuple[float, ...], expected: tuple[float, ...]) -> int | None:
    """The first step at which the curves differ, or one of them ends; None if nowhere."""
    for number, theirs in enumerate(expected):
        if number >= len(losses):
            return number
        if not abs(losses[number] - theirs) <= CURVE_TOLERANCE * abs(theirs):  # NaN differs
            return number
    return None
