"""`grade EXERCISE --find-rate`: the lecture's learning-rate finder, on the learner's gradients.

Rates from small to large, evenly spaced in their exponent, one step with each; the loss falls
where a rate is right, and rises where it is too large. Source: Zero to Hero, makemore part 2.
"""

import math

import click
import torch

from grader.cli.progress import progress
from grader.cli.stopping import first_interrupt, why_not_taken
from grader.course.exercise import Exercise
from grader.grading import Grader
from grader.process.attempt import Attempt
from grader.render.rates import rates_view
from grader.render.terminal import console
from grader.report import RateSearch
from grader.syntax.submission import Submission
from grader.train.dataset import splits_of
from grader.train.run import by_hand, long_run, real_start

RATES = 1000  # as many as the lecture tries


def find_and_show(
    grader: Grader,
    exercise: Exercise,
    submission: Submission,
    count: int | None,
    to_stderr: bool = False,
) -> RateSearch:
    """Try the rates and draw what came of it; a Ctrl-C ends it with those tried by then."""
    search = find_rate(grader, exercise, submission, count or RATES)
    if search.problem is not None:
        tried = f"after {len(search.losses):,} rates"
        click.echo(f"The search stopped {tried}: {search.problem}", err=True)
        return search
    assert exercise.recipe is not None
    _, first = exercise.recipe.rates[0]
    console(stderr=to_stderr).print(rates_view(search, first))
    return search


def find_rate(grader: Grader, exercise: Exercise, submission: Submission, count: int) -> RateSearch:
    recipe = exercise.recipe
    assert recipe is not None
    start = real_start(exercise, grader.data, grader.options.seed)
    train, _, _ = splits_of(grader.data, recipe, start.sizes)
    rates = spaced(*recipe.search, count)
    losses: list[float] = []
    problem = None
    generator = torch.Generator().manual_seed(start.seed)
    wanted = tuple("d" + name for name in recipe.trained)
    with (
        first_interrupt() as interrupted,
        Attempt(grader.launcher, submission, wanted, grader.options.timeout) as attempt,
        progress(count, f"Trying {count:,} learning rates.") as show,
    ):
        for step in long_run(start, train, rates, generator, by_hand(attempt)):
            if math.isfinite(step.loss):
                losses.append(step.loss)
                show(len(losses), step.loss)
            if not step.taken:
                blown_up = step.unfit is not None and step.unfit.how == "not_finite"
                problem = None if blown_up and losses else f"{submission.path}{why_not_taken(step)}"
            if interrupted():
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
