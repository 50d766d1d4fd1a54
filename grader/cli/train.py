"""`grade exercise4 --train`: a network trained with the learner's gradients, for real.

The grader takes the steps and works out every loss; the learner's process only answers
with gradients, and one that no step can be taken with ends the run.
"""

import math
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import click
import torch

from grader.answer import Ended
from grader.attempt import Attempt
from grader.cli.progress import progress
from grader.exercise import Exercise
from grader.grading import Grader
from grader.inference import calibrated, sample, split_loss
from grader.render.terminal import console
from grader.render.training import trained_view
from grader.report import Trained
from grader.splits import Split, splits_of
from grader.submission import Submission
from grader.training import Step, by_hand, long_run
from grader.trial import Trial, make_trial
from grader.wording import ended_sentence, raised_sentence

SAMPLES = 20
SAMPLE_SEED = 10  # added to the seed, as the lecture does


def train_and_show(
    grader: Grader, exercise: Exercise, submission: Submission, steps: int, to_stderr: bool = False
) -> Trained:
    """Train, then print losses and names: on stdout, or on stderr where stdout has JSON.

    The first Ctrl-C ends the training and leaves its figures; a second one ends the command.
    """
    recipe, seed = exercise.recipe, grader.options.seed
    assert recipe is not None
    sizes = exercise.sizes | recipe.sizes
    start = make_trial(exercise, grader.data, "training", seed, sizes, torch.float32)
    splits = splits_of(grader.data, recipe, sizes)
    last, taken, seconds = take_steps(grader, submission, start, splits[0], steps)
    if last is not None and not last.taken:
        problem = f"{submission.path}{why_not_taken(last)}"
        return stopped(Trained(taken, steps, seconds, problem=problem))
    parameters = start.inputs if last is None else last.parameters
    network = calibrated(start, {name: parameters[name] for name in recipe.trained}, splits[0])
    train, dev, test = (split_loss(network, split) for split in splits)
    if not all(map(math.isfinite, (train, dev, test))):
        problem = "the network has outgrown its numbers, its loss is not finite."
        return stopped(Trained(taken, steps, seconds, problem=problem))
    samples = sample(network, grader.data.letters, seed + SAMPLE_SEED, SAMPLES)
    trained = Trained(taken, steps, seconds, train, dev, test, tuple(samples))
    console(stderr=to_stderr).print(trained_view(trained))
    return trained


def stopped(trained: Trained) -> Trained:
    click.echo(f"Training stopped after {trained.steps:,} steps: {trained.problem}", err=True)
    return trained


def take_steps(
    grader: Grader, submission: Submission, start: Trial, train: Split, steps: int
) -> tuple[Step | None, int, float]:
    """The last step, how many were taken, and the seconds they took."""
    recipe = start.exercise.recipe
    assert recipe is not None
    wanted = tuple("d" + name for name in recipe.trained)
    generator = torch.Generator().manual_seed(start.seed)
    last, taken, began = None, 0, time.monotonic()
    with (
        first_interrupt() as interrupted,
        Attempt(grader.nursery, submission, wanted, grader.options.timeout) as attempt,
        progress(steps) as show,
    ):
        for last in long_run(start, train, recipe.rates_of(steps), generator, by_hand(attempt)):
            if last.taken:
                taken += 1
                show(taken, last.loss)
            if interrupted():
                break
    return last, taken, time.monotonic() - began


@contextmanager
def first_interrupt() -> Iterator[Callable[[], bool]]:
    """The first Ctrl-C is only noted, so that a step is finished; the next one is Python's."""
    noted = False

    def note(number: int, frame: FrameType | None) -> None:
        nonlocal noted
        noted = True
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield lambda: noted
    finally:
        signal.signal(signal.SIGINT, before)


def why_not_taken(step: Step) -> str:
    """', line 12: ValueError: ...' or ': dW1 is not finite.', to follow the file's name."""
    answer, unfit = step.answer, step.unfit
    if isinstance(answer, Ended):
        return f": {ended_sentence(answer)}"
    if answer.unusable is not None:
        return f": {answer.unusable}"
    if answer.raised is not None:
        return f", {raised_sentence(answer.raised)}"
    assert unfit is not None
    due = tuple(step.parameters[unfit.name].shape)
    if unfit.how == "not_finite":
        return f": d{unfit.name} is not finite, or takes {unfit.name} beyond all numbers."
    if unfit.name in answer.kinds:
        return f": d{unfit.name} is {answer.kinds[unfit.name]}; a tensor of shape {due} was due."
    if unfit.how == "missing":
        return f": d{unfit.name} is missing."
    given = answer.gradients[unfit.name]
    return (
        f": d{unfit.name} has shape {tuple(given.shape)} and dtype {given.dtype}; "
        f"{due} and a floating one were due."
    )
