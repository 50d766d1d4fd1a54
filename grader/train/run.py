"""Train a network with a learner's gradients, for real: from a command, a notebook, a script.

    with Grader(data, Options()) as grader:
        learner = Learner(grader.launcher, read_submission(path))
        trained = train(learner, load_exercise("exercise4"), data, steps=1000)

Whether the gradients are right is not asked here. Prints nothing, takes no signals: an observer
sees every step and may stop the run.
"""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import repeat

import torch

from grader.bench.secret_inputs import LECTURE_SEED
from grader.bench.trial import Tensors, Trial, make_trial
from grader.course.exercise import Exercise
from grader.course.names import NameData
from grader.course.recipe import Recipe
from grader.errors import UsageProblem
from grader.render.messages import OUTGROWN
from grader.report import Trained
from grader.train.checkpoint import (
    Checkpoint,
    CheckpointFile,
    check_same_run,
    first_checkpoint,
    identify,
)
from grader.train.dataset import Split, splits_of
from grader.train.evaluate import evaluate
from grader.train.gradient_descent import (
    Gradients,
    Observer,
    Step,
    by_autograd,
    gradient_descent,
    unobserved,
)
from grader.train.learner import Learner

KEEP_EVERY = 30.0  # seconds; what a crash may cost


@dataclass(frozen=True)
class Run:
    """A real run, planned and not begun."""

    learner: Learner
    data: NameData
    start: Trial  # the network before the first step of all
    begun: Checkpoint  # where this run starts, or goes on

    @property
    def steps(self) -> int:
        """Of the whole run, those taken before it was stopped included."""
        return self.begun.identity.steps

    def splits(self) -> list[Split]:
        """Train, dev and test."""
        return splits_of(self.data, recipe_of(self.start.exercise), self.start.sizes)


@dataclass(frozen=True)
class Reached:
    """How far a run came."""

    checkpoint: Checkpoint
    problem: str | None = None  # what stopped it: None at its end, and where the observer did
    unwritten: str | None = None  # why its checkpoint could not be written


def train(
    learner: Learner,
    exercise: Exercise,
    data: NameData,
    *,
    seed: int = LECTURE_SEED,
    steps: int | None = None,
    beside_autograd: bool = False,
    resume: Checkpoint | None = None,
    file: CheckpointFile | None = None,
    observer: Observer = unobserved,
) -> Trained:
    """A network trained with the learner's gradients, and what it comes to.

    exercise: one with a recipe, which says what is trained, on which batches, at which rates.
    seed: of the first parameters, the batches and the sampled names; the same seed gives the
        same losses to the last bit, on one machine and with as many threads of torch's.
    steps: of the whole run, which the learning rates follow; the recipe's where it is None.
    beside_autograd: take each step with torch's gradients as well, in a second network.
    resume: go on from here. The whole run then ends as if it had never been stopped.
    file: where the run is put aside now and then, and where the observer stops it; removed at
        its end.

    Losses are means over the predicted characters of a split, in nats. A step that cannot be
    taken ends the run with `Trained.problem`, a sentence, and no losses.

    Raises UsageProblem for an exercise that trains nothing, AnotherRun for a checkpoint of
    another run, GraderFailure where no child can be started. A file that cannot be written
    costs the resuming, not the run.
    """
    run = plan_run(
        learner, exercise, data,
        seed=seed, steps=steps, beside_autograd=beside_autograd, resume=resume,
    )  # fmt: skip
    splits = run.splits()
    return outcome(run, take_steps(run, splits[0], observer, file), splits)


def plan_run(
    learner: Learner,
    exercise: Exercise,
    data: NameData,
    *,
    seed: int = LECTURE_SEED,
    steps: int | None = None,
    beside_autograd: bool = False,
    resume: Checkpoint | None = None,
) -> Run:
    """What `train` begins with; it raises the same, but for GraderFailure."""
    start = real_start(exercise, data, seed)
    asked = identify(start, data.words, steps or recipe_of(exercise).steps, beside_autograd)
    if resume is None:
        return Run(learner, data, start, first_checkpoint(start, asked, learner.submission))
    check_same_run(resume.identity, asked, any_steps=steps is None)
    return Run(learner, data, start, resume)


def take_steps(
    run: Run,
    train: Split,
    observer: Observer = unobserved,
    file: CheckpointFile | None = None,
) -> Reached:
    """The steps of `train`, on its training split; nothing is evaluated."""
    reached, problem, stopped = run.begun, None, False
    kept = run.begun.done > 0  # what the file holds is of this run
    unwritten = None
    generator, began = _generator(run.begun), time.monotonic()
    next_write = began + KEEP_EVERY

    def put_aside() -> Checkpoint:
        seconds = run.begun.seconds + time.monotonic() - began
        return replace(reached, generator=generator.get_state(), seconds=seconds)

    def write(to: CheckpointFile) -> None:
        nonlocal kept, unwritten
        try:
            to.write(put_aside())
            kept, unwritten = True, None
        except OSError as error:
            unwritten = f"{error.filename}: {error.strerror}"

    with run.learner.gradients(run.start.exercise) as gradients:
        for step, beside in _steps(run, train, gradients, generator):
            problem = _why_not_taken(run.learner, step, beside)
            if problem is not None:
                break
            reached = _after(reached, step, beside)
            stopped = observer(reached.done, step.loss)
            if stopped:
                break
            if file is not None and time.monotonic() >= next_write:
                write(file)
                next_write = time.monotonic() + KEEP_EVERY
        reached = put_aside()
    if file is not None and stopped and reached.done < run.steps:
        write(file)
    if file is not None and kept and reached.done == run.steps:
        file.remove()
    return Reached(reached, problem, unwritten)


def outcome(run: Run, reached: Reached, splits: list[Split]) -> Trained:
    """What the run came to: losses and names, or the problem that stopped it."""
    if reached.problem is None:
        trained = evaluate(run.start, reached.checkpoint, splits, run.data.letters)
    else:
        at = reached.checkpoint
        trained = Trained(at.done, run.steps, at.seconds, problem=reached.problem)
    return replace(trained, resumed_at=run.begun.done)


def _steps(
    run: Run, train: Split, gradients: Gradients, generator: torch.Generator
) -> Iterable[tuple[Step, Step | None]]:
    """The learner's steps, and autograd's on the same batches where they are asked for.

    Autograd's are worked out while the learner's process lives, as nowhere else: grading is
    over by then, and what is compared is for the learner's own eyes.
    """
    begun = run.begun
    rates = partial(recipe_of(run.start.exercise).rates_of, run.steps, begun.done)
    steps = long_run(_at(run.start, begun.parameters), train, rates(), generator, gradients)
    if not begun.identity.beside_autograd:
        return zip(steps, repeat(None), strict=False)
    start, same_batches = _at(run.start, begun.autograd), _generator(begun)
    return zip(steps, long_run(start, train, rates(), same_batches, by_autograd), strict=False)


def _why_not_taken(learner: Learner, step: Step, beside: Step | None) -> str | None:
    if not step.taken:
        return learner.problem(step)
    return None if beside is None or beside.taken else OUTGROWN


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


def real_start(exercise: Exercise, data: NameData, seed: int) -> Trial:
    """The network of a real run before its first step, float32, at the recipe's sizes.

    Raises UsageProblem for an exercise without a recipe.
    """
    recipe = recipe_of(exercise)
    sizes = exercise.sizes | recipe.sizes
    drawn = make_trial(exercise, data, "training", seed, sizes, torch.float32)
    return replace(drawn, inputs=drawn.inputs | recipe.settings)


def recipe_of(exercise: Exercise) -> Recipe:
    """Raises UsageProblem for an exercise that trains nothing."""
    if exercise.recipe is None:
        raise UsageProblem(f"{exercise.name} trains nothing.")
    return exercise.recipe


def long_run(
    start: Trial,
    train: Split,
    rates: Iterable[float],
    generator: torch.Generator,
    gradients: Gradients,
) -> Iterator[Step]:
    """A real run on minibatches, a Step for each learning rate.

    Batches are drawn from `generator` one at a time, right before their step.
    """
    n = start.sizes["n"]
    batches = (train.minibatch(n, generator).inputs for _ in repeat(None))
    return gradient_descent(start, batches, gradients, rates)
