"""One exercise of the course: its forward pass, the gradients it asks for, what it teaches."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from grader.course import EXERCISES
from grader.errors import UnknownExercise
from grader.forward import Chunk, ForwardPass, read_forward
from grader.names import NameData
from grader.recipe import Recipe


@dataclass(frozen=True)
class Exercise:
    name: str
    title: str  # one line
    teaches: str
    source: str  # the lecture or paper
    after: tuple[str, ...]  # the exercises it builds on
    gradients: tuple[str, ...]  # what is asked for, in the order of the backward pass
    recipe: Recipe | None  # where a network is trained
    forward_pass: ForwardPass
    forward: Callable[..., dict[str, Any]]
    inputs: Callable[[NameData, int, dict[str, int]], dict[str, Any]]
    sizes: dict[str, int]
    other_sizes: dict[str, int]
    hints: dict[str, tuple[str, ...]]  # by gradient: written where the chunks do not tell enough

    @property
    def trained(self) -> tuple[str, ...]:
        """The parameters a training run updates; () where there is none."""
        return () if self.recipe is None else self.recipe.trained

    def chunks_behind(self, gradient: str) -> tuple[Chunk, ...]:
        """The chunks a learner differentiates for `gradient`, the one nearest the loss first.

        Those that read it and, where a chunk's own gradient is not asked for, what reads that.
        """
        chunks = self.forward_pass.chunks_towards(gradient, frozenset(self.gradients))
        return tuple(reversed(chunks))


def load_exercise(name: str) -> Exercise:
    """Raises UnknownExercise, with near names, for a name outside the course."""
    if name not in EXERCISES:
        raise UnknownExercise(name, EXERCISES)
    module = import_module(f"grader.course.{name}")
    title, _, teaches = (module.__doc__ or "").strip().partition("\n")
    return Exercise(
        name=name,
        title=title.rstrip("."),
        teaches=" ".join(teaches.split()),
        source=module.SOURCE,
        after=tuple(getattr(module, "AFTER", ())),
        gradients=tuple(module.GRADIENTS),
        recipe=getattr(module, "RECIPE", None),
        forward_pass=read_forward(module.forward),
        forward=module.forward,
        inputs=module.inputs,
        sizes=module.SIZES,
        other_sizes=module.OTHER_SIZES,
        hints=dict(getattr(module, "HINTS", {})),
    )
