"""`grade EXERCISE --train`: a network trained with the learner's gradients, for real.

The grader takes the steps and works out every loss; the learner's process only answers
with gradients, and one that no step can be taken with ends the run.
"""

import math
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial
from itertools import repeat

import click
import torch

from grader.cli.progress import progress
from grader.cli.resume import Shelf, resumed
from grader.cli.stopping import first_interrupt, why_not_taken
from grader.course.exercise import Exercise
from grader.course.recipe import Recipe
from grader.grading import Grader
from grader.judge.trial import Tensors, Trial
from grader.process.attempt import Attempt
from grader.render.terminal import console
from grader.render.training import trained_view
from grader.report import BesideAutograd, OtherModel, Trained
from grader.syntax.submission import Submission
from grader.train.checkpoint import Checkpoint, first_checkpoint, identify
from grader.train.dataset import Split, splits_of
from grader.train.evaluate import Network, calibrated, sample, split_loss
from grader.train.run import Step, by_autograd, by_hand, long_run, real_start

SAMPLES = 20
SAMPLE_SEED = 10  # added to the seed, as the lecture does
KEEP_EVERY = 30.0  # seconds; what a crash may cost
OUTGROWN = "the network has outgrown its numbers, its loss is not finite."


@dataclass(frozen=True)
class Run:
    """A real run, checked before anything is graded."""

    grader: Grader
    submission: Submission
    start: Trial  # the network before the first step of all
    begun: Checkpoint  # where this run starts, or goes on
    shelf: Shelf

    @property
    def steps(self) -> int:
        return self.begun.identity.steps

    @property
    def said(self) -> str:
        on_from = f", on from step {self.begun.done:,}" if self.begun.done else ""
        return f"Training for {self.steps:,} steps{on_from}."


def plan_run(
    grader: Grader,
    exercise: Exercise,
    submission: Submission,
    steps: int | None,
    resume: bool,
    beside_autograd: bool,
) -> Run:
    """Raises UsageProblem where a run is to be resumed that cannot be."""
    assert exercise.recipe is not None
    start = real_start(exercise, grader.data, grader.options.seed)
    asked = identify(start, grader.data.words, steps or exercise.recipe.steps, beside_autograd)
    shelf = Shelf.of(exercise.name)
    if resume:
        begun = resumed(shelf, start, asked, submission, steps)
    else:
        begun = first_checkpoint(start, asked, submission)
        shelf.tell_what_is_kept(start)
    return Run(grader, submission, start, begun, shelf)


def train_and_show(run: Run, again: str, to_stderr: bool = False) -> Trained:
    """Train, then print losses and names: on stdout, or on stderr where stdout has JSON.

    The first Ctrl-C ends the training and leaves its figures; a second one ends the command.
    `again`: the call, without what concerns training, that leads here.
    """
    recipe, data = run.start.exercise.recipe, run.grader.data
    assert recipe is not None
    splits = splits_of(data, recipe, run.start.sizes)
    reached, problem = take_steps(run, splits[0])
    if problem is None:
        trained = evaluated(run, reached, splits)
        problem = trained.problem
    if problem is not None:
        click.echo(f"Training stopped after {reached.done:,} steps: {problem}", err=True)
        return Trained(
            reached.done, run.steps, reached.seconds, problem=problem, resumed_at=run.begun.done
        )
    console(stderr=to_stderr).print(trained_view(trained))
    if reached.done < run.steps:
        kept = f"To go on from here: {again} --resume"
        lost = f"It cannot be resumed ({run.shelf.problem})."
        click.echo(kept if run.shelf.problem is None else lost, err=True)
    return trained


def take_steps(run: Run, train: Split) -> tuple[Checkpoint, str | None]:
    """How far it came, and what stopped it: None at its end, and after a Ctrl-C."""
    reached, problem, interrupt = run.begun, None, False
    wanted = tuple("d" + name for name in run.start.exercise.trained)
    generator, began = _generator(run.begun), time.monotonic()
    due = began + KEEP_EVERY

    def put_aside() -> Checkpoint:
        seconds = run.begun.seconds + time.monotonic() - began
        return replace(reached, generator=generator.get_state(), seconds=seconds)

    with (
        first_interrupt() as interrupted,
        Attempt(run.grader.launcher, run.submission, wanted, run.grader.options.timeout) as attempt,
        progress(run.steps, run.said, run.begun.done) as show,
    ):
        for step, beside in _steps(run, train, attempt, generator):
            if not step.taken:
                problem = f"{run.submission.path}{why_not_taken(step)}"
                break
            if beside is not None and not beside.taken:
                problem = OUTGROWN
                break
            reached = _after(reached, step, beside)
            show(reached.done, step.loss)
            if interrupt := interrupted():
                break
            if time.monotonic() >= due:
                run.shelf.write(put_aside())
                due = time.monotonic() + KEEP_EVERY
        reached = put_aside()
        if interrupt and reached.done < run.steps:
            run.shelf.write(reached)
    if reached.done == run.steps:
        run.shelf.clear()
    return reached, problem


def _steps(
    run: Run, train: Split, attempt: Attempt, generator: torch.Generator
) -> Iterable[tuple[Step, Step | None]]:
    """The learner's steps, and autograd's on the same batches where they are asked for.

    Autograd's are worked out while the learner's process lives, as nowhere else: grading is
    over by then, and what is compared is for the learner's own eyes.
    """
    recipe, begun = run.start.exercise.recipe, run.begun
    assert recipe is not None
    rates = partial(recipe.rates_of, run.steps, begun.done)
    start, hand = _at(run.start, begun.parameters), by_hand(attempt)
    steps = long_run(start, train, rates(), generator, hand)
    if not begun.identity.beside_autograd:
        return zip(steps, repeat(None), strict=False)
    start, same_batches = _at(run.start, begun.autograd), _generator(begun)
    return zip(steps, long_run(start, train, rates(), same_batches, by_autograd), strict=False)


def _at(start: Trial, parameters: Tensors) -> Trial:
    return replace(start, inputs=start.inputs | parameters)


def _generator(begun: Checkpoint) -> torch.Generator:
    generator = torch.Generator()
    generator.set_state(begun.generator)
    return generator


def _after(reached: Checkpoint, step: Step, beside: Step | None) -> Checkpoint:
    reached = replace(reached, done=reached.done + 1, parameters=step.parameters)
    if beside is None:
        return reached
    apart = max(reached.apart, abs(step.loss - beside.loss))
    return replace(reached, autograd=beside.parameters, apart=apart)


def evaluated(run: Run, reached: Checkpoint, splits: list[Split]) -> Trained:
    """The losses of the splits and some names; a problem where a loss is not finite."""
    done = Trained(reached.done, run.steps, reached.seconds, resumed_at=run.begun.done)
    network = calibrated(run.start, reached.parameters, splits[0])
    losses = train, dev, test = _losses(network, splits)
    beside = None
    if reached.identity.beside_autograd:
        theirs = _losses(calibrated(run.start, reached.autograd, splits[0]), splits)
        beside = BesideAutograd(*theirs, reached.apart)
    else:
        theirs = losses
    if not all(map(math.isfinite, (*losses, *theirs))):
        return replace(done, problem=OUTGROWN)
    seed, letters = run.start.seed + SAMPLE_SEED, run.grader.data.letters
    names = tuple(sample(network, letters, seed, SAMPLES))
    return replace(
        done,
        train_loss=train,
        dev_loss=dev,
        test_loss=test,
        samples=names,
        autograd=beside,
        yardstick=_yardstick(network.recipe, splits),
    )


def _yardstick(recipe: Recipe, splits: list[Split]) -> OtherModel | None:
    other = recipe.yardstick
    if other is None:
        return None
    train, dev, test = (other.loss(splits[0].tensors, split.tensors) for split in splits)
    return OtherModel(other.name, train, dev, test)


def _losses(network: Network, splits: list[Split]) -> tuple[float, float, float]:
    train, dev, test = (split_loss(network, split) for split in splits)
    return train, dev, test
