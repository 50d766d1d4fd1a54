"""What `--train`, `--resume`, `--find-rate` and `--plots` show and say; train/ does the work.

The first Ctrl-C ends a run and leaves its figures; a second one ends the command.
"""

import math
from dataclasses import dataclass
from pathlib import Path

import click

from grader.bench.trial import Trial
from grader.cli.progress import first_interrupt, progress
from grader.course.exercise import Exercise
from grader.errors import UsageProblem, one_line, shown
from grader.grading import Grader
from grader.kinds.layers import DeepStack
from grader.render.plots import plots_page
from grader.render.rates import rates_view
from grader.render.terminal import console
from grader.render.training import trained_view
from grader.report import RateSearch, Report, Trained
from grader.syntax.submission import Submission
from grader.train.checkpoint import AnotherRun, Checkpoint, CheckpointFile, Unreadable, digest
from grader.train.find_rate import RATES, find_rate
from grader.train.layer_statistics import NotMade, layer_statistics
from grader.train.learner import Learner
from grader.train.run import Run, outcome, plan_run, real_start, recipe_of, take_steps
from grader.workspace.kit import PROGRESS, find_kit


@dataclass(frozen=True)
class PlannedRun:
    """A run that was checked before anything is graded."""

    run: Run
    file: CheckpointFile | None  # beside the kit's progress; None where there is no kit


def plan(
    grader: Grader,
    exercise: Exercise,
    submission: Submission,
    steps: int | None,
    resume: bool,
    beside_autograd: bool,
) -> PlannedRun:
    """Raises UsageProblem where a run is to be resumed that cannot be."""
    seed, kept = grader.options.seed, None
    untrusted = grader.options.untrusted  # whose folder is not written to
    file = None if untrusted else _checkpoint_file(exercise.name)
    start = real_start(exercise, grader.data, seed)
    if resume:
        kept = _read(file, exercise.name, start)
    try:
        run = plan_run(
            _learner(grader, submission), exercise, grader.data,
            seed=seed, steps=steps, beside_autograd=beside_autograd, resume=kept,
        )  # fmt: skip
    except AnotherRun as another:
        difference = _difference(another)
        raise UsageProblem(
            f"The stopped run {difference}; or start a new run, without --resume."
        ) from None
    if kept is None:
        _tell_what_is_kept(file, start)
    elif kept.source != digest(submission.source):
        click.echo(
            f"{shown(submission.path)} has changed since this run was stopped; "
            f"its first {kept.done:,} steps used the old version.",
            err=True,
        )
    return PlannedRun(run, file)


def train_and_show(planned: PlannedRun, again: str, to_stderr: bool = False) -> Trained:
    """Train, then print losses and names: on stdout, or on stderr where stdout has JSON.

    `again`: the call, without what concerns training, that leads here.
    """
    run, file = planned.run, planned.file
    splits = run.splits()
    on_from = f", from step {run.begun.done:,} on" if run.begun.done else ""
    said = f"Training for {run.steps:,} steps{on_from}."
    with (
        first_interrupt() as interrupted,
        progress(run.steps, said, run.begun.done) as show,
    ):

        def observer(done: int, loss: float) -> bool:
            show(done, loss)
            return interrupted()

        reached = take_steps(run, splits[0], observer, file)
    trained = outcome(run, reached, splits)
    if trained.problem is not None:
        click.echo(
            f"Training stopped after {trained.steps:,} steps: {one_line(trained.problem)}", err=True
        )
        return trained
    console(stderr=to_stderr).print(trained_view(trained))
    if trained.steps < run.steps:
        lost = reached.unwritten
        if file is None:
            lost = "no exercises/ in this folder or above it"
        kept = f"To continue: {again} --resume"
        click.echo(kept if lost is None else f"It cannot be resumed ({lost}).", err=True)
    return trained


def find_and_show(
    grader: Grader,
    exercise: Exercise,
    submission: Submission,
    count: int | None,
    to_stderr: bool = False,
) -> RateSearch:
    """Try the rates and draw the losses; a Ctrl-C ends it with those tried by then."""
    count = count or RATES
    with (
        first_interrupt() as interrupted,
        progress(count, f"Trying {count:,} learning rates.") as show,
    ):

        def observer(done: int, loss: float) -> bool:
            if math.isfinite(loss):
                show(done, loss)
            return interrupted()

        search = find_rate(
            _learner(grader, submission), exercise, grader.data,
            seed=grader.options.seed, count=count, observer=observer,
        )  # fmt: skip
    if search.problem is not None:
        tried = f"after {len(search.losses):,} rates"
        click.echo(f"The search stopped {tried}: {one_line(search.problem)}", err=True)
        return search
    _, first = recipe_of(exercise).rates[0]
    console(stderr=to_stderr).print(rates_view(search, first))
    return search


def draw_plots(
    grader: Grader, stack: DeepStack, submission: Submission, report: Report, to: Path
) -> bool:
    """Write the page of what the learner's layers do, where every layer is right.

    False where it was not made, with the reason on stderr; raises UsageProblem where the file
    cannot be written.
    """
    if not report.passed:
        click.echo("The plots wait until every layer is right.", err=True)
        return False
    try:
        learner = _learner(grader, submission)
        found = list(layer_statistics(learner, stack, grader.data, grader.options.seed))
    except NotMade as reason:
        click.echo(f"No plots were made: {one_line(str(reason))}", err=True)
        return False
    try:
        to.write_text(plots_page(found, report.submission), encoding="utf-8")
    except OSError as error:
        raise UsageProblem(f"{to}: cannot be written ({error.strerror}).") from None
    click.echo(f"The plots are in {to}.", err=True)
    return True


def _learner(grader: Grader, submission: Submission) -> Learner:
    return Learner(grader.launcher, submission, grader.options.timeout)


def _checkpoint_file(exercise: str) -> CheckpointFile | None:
    """Where a stopped run is kept, one for each exercise; None where there is no kit."""
    try:
        root = find_kit().root
    except UsageProblem:
        return None
    return CheckpointFile(root / PROGRESS.with_name(f"{exercise}.safetensors"))


def _read(file: CheckpointFile | None, exercise: str, start: Trial) -> Checkpoint:
    """The stopped run. Raises UsageProblem where there is none, or none that can be read."""
    try:
        kept = None if file is None else file.read(start)
    except Unreadable as error:
        assert file is not None
        raise UsageProblem(
            f"{shown(file.path)}: cannot be resumed ({error}). Without --resume a new run starts."
        ) from None
    if kept is None:
        raise UsageProblem(f"There is no stopped run of {exercise} here; start one with --train.")
    return kept


def _tell_what_is_kept(file: CheckpointFile | None, start: Trial) -> None:
    """To somebody who starts anew and may have forgotten the run that was stopped."""
    try:
        kept = None if file is None else file.read(start)
    except Unreadable:  # a run that starts anew has no use for it
        return
    if kept is not None:
        steps = f"{kept.done:,} of {kept.identity.steps:,} steps"
        click.echo(f"A stopped run is kept ({steps}); --resume continues it.", err=True)


def _difference(another: AnotherRun) -> str:
    """What makes it another run than the one that was asked for, and what to do."""
    kept = another.kept
    return {
        "exercise": f"belongs to {kept.exercise}: grade {kept.exercise} --resume",
        "seed": f"has another seed: add --seed {kept.seed}",
        "names": "was trained on other names: pass them with --names",
        "recipe": "used a network or learning rates that this kit no longer has",
        "steps": f"has {kept.steps:,} steps, on which its learning rates depend: leave out --steps",
        "beside_autograd": "has no autograd run beside it: leave out --beside-autograd",
    }[another.differs]
