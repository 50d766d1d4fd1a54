"""Classes, each a layer with a backward: how a course file says what is made of them."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from grader.kinds.kind import Kind

LAYERS = Kind(
    "layers",
    declares="NETWORK",
    in_methods=True,
    runs_rows_alone=True,
    reads_own_forward=True,
)
DEEP_STACK = "deep stack"  # what Setup.kind says where layers are stacked for the plots


@dataclass(frozen=True)
class Stage:
    """One layer of a network. Values of the forward pass, and rows, by name."""

    layer: str  # the learner's class
    reads: str
    gives: str
    output: str  # the row for what it gives
    # Of its constructor, in order: "in" and "out" are widths of what it reads and gives,
    # "layers" is the list of those inside it; any other name is a number of the forward pass.
    arguments: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)  # of its constructor, by keyword
    parameters: Mapping[str, str] = field(default_factory=dict)  # value, by the layer's attribute
    # Layers that it calls itself, each on what the one before it gave, in tensors of one shape.
    inside: tuple["Stage", ...] = ()

    @classmethod
    def read(cls, facts: Mapping[str, Any]) -> Self:
        inside = tuple(cls.read(stage) for stage in facts["inside"])
        return cls(**{**facts, "arguments": tuple(facts["arguments"]), "inside": inside})


@dataclass(frozen=True)
class Function:
    """A function beside the layers: the row has its name."""

    row: str
    reads: str
    each: bool = False  # called with every number of it, not with the tensor


@dataclass(frozen=True)
class OtherUse:
    """A layer built anew and called in a way that the network does not call it."""

    gives: str  # by what it gives in the network
    calls: tuple[tuple[str, bool], ...]  # a value, and what its attribute `training` is then
    settings: Mapping[str, str] = field(default_factory=dict)  # a number, by keyword
    attributes: Mapping[str, str] = field(default_factory=dict)  # set before: value by attribute
    keeps: tuple[str, ...] = ()  # rows: what attributes of the same names are afterwards
    output: str | None = None  # the row for what the last call gave

    @classmethod
    def read(cls, facts: Mapping[str, Any]) -> Self:
        calls = tuple((value, training) for value, training in facts["calls"])
        return cls(**{**facts, "calls": calls, "keeps": tuple(facts["keeps"])})


@dataclass(frozen=True)
class Network:
    """What the learner's classes and functions are used for, from the input to the output."""

    stages: tuple[Stage, ...]
    functions: tuple[Function, ...] = ()
    other_uses: tuple[OtherUse, ...] = ()
    ordered: None = None

    def every_stage(self) -> Iterator[Stage]:
        """Those inside another one after it."""
        pending = list(self.stages)
        while pending:
            stage = pending.pop(0)
            yield stage
            pending[:0] = stage.inside

    def facts(self) -> dict[str, Any]:
        facts = asdict(self)
        del facts["ordered"]
        return facts

    @classmethod
    def read(cls, facts: Mapping[str, Any]) -> Self:
        return cls(
            tuple(map(Stage.read, facts["stages"])),
            tuple(Function(**function) for function in facts["functions"]),
            tuple(map(OtherUse.read, facts["other_uses"])),
        )


@dataclass(frozen=True)
class DeepStack:
    """What `--plots` stacks: a Linear, perhaps a norm, an activation, again and again."""

    linear: str  # classes; a Linear is made with the keyword `bias`
    norm: str
    activation: str
    weight: str  # the attribute of the Linear that is given
    trained: tuple[str, ...]  # attributes that take a step, where a layer has their gradient
