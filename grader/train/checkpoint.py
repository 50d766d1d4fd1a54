"""A training run put aside: all that the next step depends on, in one safetensors document.

A run that goes on from it takes the very steps that it would have taken. Its facts stand as
JSON in the document's metadata. Format: https://huggingface.co/docs/safetensors
"""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from grader.bench.trial import Tensors, Trial
from grader.protocol.frames import LENGTH, BadMessage, pack, unpack
from grader.syntax.submission import Submission
from grader.workspace.whole_file import read_bytes, write_whole

SCHEMA = "handgrad/training/v1"
HAND, AUTOGRAD, GENERATOR = "hand.", "autograd.", "generator"


class Unreadable(Exception):
    """The document is not a checkpoint, or not one of this network."""


class AnotherRun(Exception):
    """A checkpoint is not one of the run that was asked for."""

    def __init__(self, differs: str, kept: "Identity") -> None:
        super().__init__(f"The checkpoint is one of another run: not the same {differs}.")
        self.differs = differs  # the first field of Identity that does
        self.kept = kept


@dataclass(frozen=True)
class Identity:
    """Which run it is: where one of these differs, the steps would be others."""

    exercise: str
    seed: int
    names: str  # sha256 of the words
    recipe: str  # sha256 of the network's code and sizes, its rates, what is trained
    steps: int  # of the whole run: the learning rates depend on it
    beside_autograd: bool


@dataclass(frozen=True)
class Checkpoint:
    identity: Identity
    source: str  # sha256 of the learner's file, as it was when the last step was taken
    generator: torch.Tensor  # the state from which the next batch is drawn
    parameters: Tensors
    autograd: Tensors  # the parameters of the run beside it; {} where there is none
    done: int = 0  # steps
    seconds: float = 0.0
    apart: float = 0.0  # the largest difference of the two losses of a step


def digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", errors="backslashreplace")).hexdigest()


def identify(start: Trial, words: Sequence[str], steps: int, beside_autograd: bool) -> Identity:
    exercise, recipe = start.exercise, start.exercise.recipe
    assert recipe is not None
    chunks = [chunk.source for chunk in exercise.forward_pass.chunks]
    network = [chunks, recipe.trained, start.sizes, recipe.settings, recipe.rates]
    return Identity(
        exercise.name,
        start.seed,
        digest("\n".join(words)),
        digest(repr(network)),
        steps,
        beside_autograd,
    )


def first_checkpoint(start: Trial, identity: Identity, submission: Submission) -> Checkpoint:
    """Before the first step."""
    parameters = {name: start.inputs[name] for name in start.exercise.trained}
    generator = torch.Generator().manual_seed(start.seed).get_state()
    beside = parameters if identity.beside_autograd else {}
    return Checkpoint(identity, digest(submission.source), generator, parameters, beside)


def check_same_run(kept: Identity, asked: Identity, any_steps: bool) -> None:
    """Raises AnotherRun where a run from `kept`'s checkpoint is not the one asked for.

    `any_steps`: the call names no number of steps. A run beside autograd's may go on where
    none was asked for.
    """
    for field in ("exercise", "seed", "names", "recipe"):
        if getattr(kept, field) != getattr(asked, field):
            raise AnotherRun(field, kept)
    if not any_steps and kept.steps != asked.steps:
        raise AnotherRun("steps", kept)
    if asked.beside_autograd and not kept.beside_autograd:
        raise AnotherRun("beside_autograd", kept)


def to_bytes(checkpoint: Checkpoint) -> bytes:
    tensors = {GENERATOR: checkpoint.generator}
    tensors |= {HAND + name: value for name, value in checkpoint.parameters.items()}
    tensors |= {AUTOGRAD + name: value for name, value in checkpoint.autograd.items()}
    facts = {
        "schema": SCHEMA,
        "identity": asdict(checkpoint.identity),
        "source": checkpoint.source,
        "done": checkpoint.done,
        "seconds": checkpoint.seconds,
        "apart": checkpoint.apart,
    }
    return pack(facts, tensors)[LENGTH.size :]


def from_bytes(document: bytes, start: Trial) -> Checkpoint:
    """Raises Unreadable for anything that is not a checkpoint with parameters like `start`'s."""
    try:
        message = unpack(document)
        identity = Identity(**message.facts["identity"])
        given = {name: message.facts[name] for name in ("source", "done", "seconds", "apart")}
        generator = message.tensors[GENERATOR]
        torch.Generator().set_state(generator)
    except (BadMessage, KeyError, TypeError, RuntimeError) as error:
        raise Unreadable(str(error)) from None
    if message.facts.get("schema") != SCHEMA or not _sound(identity, given):
        raise Unreadable("its facts are not those of a training run")
    beside = [AUTOGRAD] if identity.beside_autograd else []
    parameters, *others = (_parameters(message.tensors, which, start) for which in [HAND, *beside])
    return Checkpoint(
        identity, generator=generator, parameters=parameters, autograd=dict(*others), **given
    )


def _sound(identity: Identity, given: dict[str, Any]) -> bool:
    kinds: list[tuple[Any, type]] = [
        (identity.steps, int),
        (given["done"], int),
        (given["seconds"], float),
        (given["apart"], float),
        (given["source"], str),
    ]
    sound = all(type(value) is kind for value, kind in kinds)
    return sound and 0 <= given["done"] <= identity.steps and given["seconds"] >= 0


def _parameters(tensors: Tensors, which: str, start: Trial) -> Tensors:
    found = {}
    for name in start.exercise.trained:
        value, expected = tensors.get(which + name), start.inputs[name]
        if value is None or value.shape != expected.shape or value.dtype != expected.dtype:
            raise Unreadable(f"{name} is not as this network has it")
        found[name] = value
    return found


@dataclass(frozen=True)
class CheckpointFile:
    """Where a run is put aside; one at a time."""

    path: Path

    def read(self, start: Trial) -> Checkpoint | None:
        """None where no run is kept. Raises Unreadable."""
        try:
            return from_bytes(read_bytes(self.path), start)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise Unreadable(str(error.strerror)) from None

    def write(self, checkpoint: Checkpoint) -> None:
        """In place of the one before, which stays until this one is complete. Raises OSError."""
        write_whole(self.path, to_bytes(checkpoint))

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)
