"""One exercise of the course: its forward pass, the gradients it asks for, what it teaches."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib import import_module
from typing import Any

from grader.course import EXERCISES
from grader.course.forward import Chunk, ForwardPass, read_forward
from grader.course.names import NameData
from grader.course.recipe import Recipe
from grader.errors import UnknownExercise
from grader.kinds import FUNCTION, KINDS
from grader.kinds.kind import Declaration, Kind
from grader.kinds.layers import DeepStack
from grader.rows import Row


@dataclass(frozen=True, eq=False)  # each is there once
class Exercise:
    name: str
    title: str  # one line
    teaches: str
    source: str  # the lecture or paper
    builds_on: tuple[str, ...]  # exercises
    learned: tuple[str, str]  # once it has passed: what was learned, and what it is for
    gradients: tuple[str, ...]  # what is asked for, values too, in the order of the backward pass
    recipe: Recipe | None  # where a network is trained
    forward: Callable[..., dict[str, Any]]
    inputs: Callable[[NameData, int, dict[str, int]], dict[str, Any]]
    sizes: dict[str, int]
    other_sizes: dict[str, int]
    hints: dict[str, tuple[str, ...]]  # by gradient: written where the chunks do not tell enough
    kind: Kind = FUNCTION
    values: dict[str, str] = field(default_factory=dict)  # asked for, and no gradient: its shape
    # Such values from the forward scope, and by mistake what they would be with it.
    expected_values: Callable[..., dict[str, Any]] | None = None
    wrong_values: Callable[..., dict[str, dict[str, Any]]] | None = None
    slopes: dict[str, tuple[str, str]] = field(default_factory=dict)  # such values: (of, in)
    tolerance_scale: dict[str, float] = field(default_factory=dict)  # times the usual tolerance
    written_in: dict[str, str] = field(default_factory=dict)  # of classes: a row's method, target
    shown_as: dict[str, str] = field(default_factory=dict)  # a row's label, where not its key
    depends_on: dict[str, tuple[str, ...]] = field(default_factory=dict)  # what spoils it if wrong
    declared: Declaration | None = None  # what the kind's driver needs of the course
    deep_stack: DeepStack | None = None  # of layers: what --plots stacks
    # Of the dialect's optional modules, those that right answers to it use.
    allows: tuple[str, ...] = ()
    # Another exercise's forward function, and the values of it that are handed over as well.
    also: tuple[Callable[..., dict[str, Any]], tuple[str, ...]] | None = None

    @cached_property
    def forward_pass(self) -> ForwardPass:
        """Read where it is asked for: `grade list` wants only titles."""
        return read_forward(self.forward)

    @cached_property
    def further_chunks(self) -> tuple[Chunk, ...]:
        """Of another exercise's forward pass: handed over as well, and nothing depends on them."""
        if self.also is None:
            return ()
        forward, names = self.also
        chunk = read_forward(forward).chunk
        return tuple(chunk[name] for name in names)

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """What is asked for, in the order of the backward pass."""
        return tuple(
            Row(
                name,
                is_value=name in self.values,
                target=self.written_in.get(name, ""),
                shown_as=self.shown_as.get(name),
                broadcasts=self.kind.broadcasts and name not in self.values,
            )
            for name in self.gradients
        )

    @cached_property
    def row(self) -> dict[str, Row]:
        return {row.name: row for row in self.rows}

    @property
    def chunks_to_run(self) -> tuple[Chunk, ...]:
        """What a child has to run itself: where the learner's own objects make the graph."""
        return self.forward_pass.chunks if self.kind.runs_chunks else ()

    @property
    def points(self) -> int:
        """Dimensions of every tensor that the learner's code does not see: 1, the points at
        which it is called with numbers, or 0."""
        return int(self.kind.plain_numbers)

    @property
    def declared_facts(self) -> dict[str, Any]:
        """What a child is told of the course: plain data, {} where its driver needs none."""
        return {} if self.declared is None else self.declared.facts()

    def ordered_graphs(self, values: Mapping[str, Any]) -> int | None:
        """Over how many graphs the order of the learner's backward() is noted, at these forward
        values; None where there is no such order."""
        ordered = None if self.declared is None else self.declared.ordered
        return None if ordered is None else len(values[ordered])

    def key(self, name: str) -> str:
        """What the learner calls it: `dprobs`; a value that is not a gradient has its own name."""
        return self.row[name].key

    def label(self, name: str) -> str:
        """What a report calls it."""
        return self.row[name].label

    def word(self, name: str) -> str:
        """What is typed for it, in one word: its key, or the method that it is written in."""
        if name not in self.shown_as:
            return self.key(name)
        method = self.place(name).partition(":")[0].removesuffix("._backward")
        return method.rpartition(".")[2]

    def named(self, word: str) -> tuple[str, ...]:
        """What is meant by a word: `probs`, `dprobs`, a label; a method may have several rows."""
        one = [n for n in self.gradients if word in (n, self.key(n), self.label(n))]
        return tuple(one or (n for n in self.gradients if word == self.word(n)))

    def asked_for(self, value: str) -> str:
        """What a value that is not a gradient should be, in words: its text without the shape."""
        return self.values[value].partition(")")[2].lstrip(":, ")

    def place(self, name: str) -> str:
        """Where it is written, as Submission.lines names it: a variable, or a method's target."""
        return self.row[name].written_at

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


    def chunks_asked(self, gradient: str) -> tuple[Chunk, ...]:
        """Of these, what a stub shows: finding the second use is left to the learner. A way over
        chunks that are not asked for is shown whole."""
        behind = self.chunks_behind(gradient)
        all_read_it = set(behind) <= set(self.forward_pass.consumers[gradient])
        return behind[:1] if all_read_it else behind


@cache
def load_exercise(name: str) -> Exercise:
    """Raises UnknownExercise, with near names, for a name outside the course."""
    if name not in EXERCISES:
        raise UnknownExercise(name, EXERCISES)
    module = import_module(f"grader.course.{name}")
    title, _, teaches = (module.__doc__ or "").strip().partition("\n")
    kind = KINDS[getattr(module, "KIND", FUNCTION.name)]
    return Exercise(
        name=name,
        title=title.rstrip("."),
        teaches=" ".join(teaches.split()),
        source=module.SOURCE,
        builds_on=tuple(getattr(module, "BUILDS_ON", ())),
        learned=module.LEARNED,
        gradients=tuple(module.GRADIENTS),
        recipe=getattr(module, "RECIPE", None),
        forward=module.forward,
        inputs=module.inputs,
        sizes=module.SIZES,
        other_sizes=module.OTHER_SIZES,
        hints=dict(getattr(module, "HINTS", {})),
        kind=kind,
        values=dict(getattr(module, "VALUES", {})),
        expected_values=getattr(module, "expected_values", None),
        wrong_values=getattr(module, "wrong_values", None),
        slopes=dict(getattr(module, "SLOPES", {})),
        tolerance_scale=dict(getattr(module, "TOLERANCE_SCALE", {})),
        written_in=dict(getattr(module, "WRITTEN_IN", {})),
        shown_as=dict(getattr(module, "SHOWN_AS", {})),
        depends_on=dict(getattr(module, "DEPENDS_ON", {})),
        declared=kind.declaration(vars(module)),
        deep_stack=getattr(module, "DEEP_STACK", None),
        allows=tuple(getattr(module, "ALLOWS", ())),
        also=getattr(module, "ALSO", None),
    )
