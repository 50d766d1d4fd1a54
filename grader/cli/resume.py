"""Where a stopped training run is kept, and whether it is the one that is to go on."""

from dataclasses import dataclass
from pathlib import Path

import click

from grader.errors import UsageProblem, shown
from grader.judge.trial import Trial
from grader.syntax.submission import Submission
from grader.train.checkpoint import Checkpoint, Identity, Unreadable, digest, from_bytes, to_bytes
from grader.workspace.kit import PROGRESS, Kit, find_kit


@dataclass
class Shelf:
    """The file of an exercise's stopped run, beside the kit's progress; one run at a time."""

    folder: Kit | None  # None: no kit here, nothing is kept
    exercise: str
    written: bool = False  # by this run
    problem: str | None = "no exercises/ in this folder or above it"  # why it cannot be kept

    @classmethod
    def of(cls, exercise: str) -> "Shelf":
        try:
            return cls(find_kit(), exercise, problem=None)
        except UsageProblem:
            return cls(None, exercise)

    @property
    def file(self) -> Path:
        return PROGRESS.with_name(f"{self.exercise}.safetensors")

    @property
    def path(self) -> Path:
        return (self.folder.root if self.folder else Path()) / self.file

    def read(self, start: Trial) -> Checkpoint | None:
        """None where no run is kept. Raises Unreadable."""
        try:
            return None if self.folder is None else from_bytes(self.path.read_bytes(), start)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise Unreadable(str(error.strerror)) from None

    def tell_what_is_kept(self, start: Trial) -> None:
        """To somebody who starts anew and may have forgotten the run that was stopped."""
        try:
            kept = self.read(start)
        except Unreadable:  # a run that starts anew has no use for it
            return
        if kept is not None:
            steps = f"{kept.done:,} of {kept.identity.steps:,} steps"
            click.echo(f"A stopped run is kept ({steps}); --resume goes on with it.", err=True)

    def write(self, checkpoint: Checkpoint) -> None:
        """A folder that cannot be written to costs the resuming, not the run."""
        if self.folder is None:
            return
        try:
            self.folder.write_whole(self.file, to_bytes(checkpoint))
            self.written, self.problem = True, None
        except OSError as error:
            self.problem = f"{error.filename}: {error.strerror}"

    def clear(self) -> None:
        """The run is at its end. A run that was stopped before it is left where it is."""
        if self.written:
            self.path.unlink(missing_ok=True)


def resumed(
    shelf: Shelf, start: Trial, asked: Identity, submission: Submission, steps: int | None
) -> Checkpoint:
    """The stopped run. Raises UsageProblem where there is none, or it is of another kind.

    `steps`: as the call says. The learner's file may have changed: it has been graded again,
    and its gradients are the same or it would not have passed.
    """
    try:
        kept = shelf.read(start)
    except Unreadable as error:
        raise UsageProblem(
            f"{shown(shelf.path)}: cannot be resumed ({error}). Without --resume a run starts anew."
        ) from None
    if kept is None:
        raise UsageProblem(f"No stopped run of {shelf.exercise} is kept here; start with --train.")
    if other := _other_run(kept.identity, asked, steps):
        raise UsageProblem(f"The stopped run {other}; or start anew, without --resume.")
    if kept.source != digest(submission.source):
        click.echo(
            f"{shown(submission.path)} has changed since this run was stopped; "
            f"its first {kept.done:,} steps were taken as it was then.",
            err=True,
        )
    shelf.written = True
    return kept


def _other_run(kept: Identity, asked: Identity, steps: int | None) -> str | None:
    """What makes it another run than the one that was asked for, and what to do."""
    if kept.exercise != asked.exercise:
        return f"is one of {kept.exercise}: grade {kept.exercise} --resume"
    if kept.seed != asked.seed:
        return f"has another seed: add --seed {kept.seed}"
    if kept.names != asked.names:
        return "was trained on other names: say which with --names"
    if kept.recipe != asked.recipe:
        return "was of another network or other learning rates, and this kit no longer has them"
    if steps is not None and kept.steps != steps:
        return f"is one of {kept.steps:,} steps, on which its learning rates depend: no --steps"
    if asked.beside_autograd and not kept.beside_autograd:
        return "has no run of autograd's beside it: no --beside-autograd"
    return None
