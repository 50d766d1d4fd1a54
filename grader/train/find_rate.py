"""The lecture's learning-rate finder, on the learner's gradients.

Rates from small to large, evenly spaced in their exponent, one step with each; the loss falls
where a rate is right, and rises where it is too large. Source: Zero to Hero, makemore part 2.
"""

import math

import torch

from grader.bench.secret_inputs import LECTURE_SEED
from grader.course.exercise import Exercise
from grader.course.names import NameData
from grader.report import RateSearch
from grader.train.dataset import splits_of
from grader.train.gradient_descent import Observer, unobserved
from grader.train.learner import Learner
from grader.train.run import long_run, real_start, recipe_of

RATES = 1000  # as many as the lecture tries


def find_rate(
    learner: Learner,
    exercise: Exercise,
    data: NameData,
    *,
    seed: int = LECTURE_SEED,
    count: int = RATES,
    observer: Observer = unobserved,
) -> RateSearch:
    """Try `count` learning rates, from the recipe's smallest to its largest.

    The search ends early where the observer says so, and where a rate is so large that the
    parameters are no longer finite, which is not a problem but an answer. The observer is called
    after the last step as well, and with a loss that may not be finite.

    Raises UsageProblem for an exercise that trains nothing, GraderFailure where no child can be
    started.
    """
    start = real_start(exercise, data, seed)
    recipe = recipe_of(exercise)
    train, _, _ = splits_of(data, recipe, start.sizes)
    rates = spaced(*recipe.search, count)
    losses: list[float] = []
    problem = None
    generator = torch.Generator().manual_seed(start.seed)
    with learner.gradients(exercise) as gradients:
        for step in long_run(start, train, rates, generator, gradients):
            if math.isfinite(step.loss):
                losses.append(step.loss)
            if not step.taken:
                blown_up = step.unfit is not None and step.unfit.how == "not_finite"
                problem = None if blown_up and losses else learner.problem(step)
            if observer(len(losses), step.loss):
                break
    tried = rates[: len(losses)]
    return RateSearch(tuple(tried), tuple(losses), lowest(tried, losses), problem)


def spaced(first: float, last: float, count: int) -> list[float]:
    """Rates from first to last, each the same factor above the one before."""
    step = math.log(last / first) / max(count - 1, 1)
    return [first * math.exp(step * number) for number in range(count)]


def lowest(rates: list[float], losses: list[float]) -> float | None:
    """Where the loss is lowest, each taken with its neighbours: a batch's own loss is noisy."""
    near = max(len(losses) // 50, 1)

    def smoothed(at: int) -> float:
        around = losses[max(at - near, 0) : at + near + 1]
        return sum(around) / len(around)

    return rates[min(range(len(losses)), key=smoothed)] if losses else None
