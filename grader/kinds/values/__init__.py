"""A class `Value`: numbers that know what they were made of, and pass gradients back to it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from grader.kinds.kind import Kind

VALUES = Kind(
    "values",
    declares="GRAPHS",
    in_methods=True,
    plain_numbers=True,
    runs_chunks=True,
    runs_rows_alone=True,
    reads_other_rows=False,
    adds_to_grad=True,
    names_operands=True,
)


@dataclass(frozen=True)
class RandomExpressions:
    """A row made of programs (see course/expressions.py), by the names of forward values."""

    row: str  # the grads of the leaves
    programs: str
    leaves: str


@dataclass(frozen=True)
class Training:
    """A row made of the losses of gradient descent, by the names of forward values."""

    row: str
    loss: str  # the text of an expression in w[0], w[1], ..., the learner's Values
    weights: str  # what they start from
    rate: str
    steps: str


@dataclass(frozen=True)
class ValueGraphs:
    """What is built of the learner's Values beside the chunks of the forward pass."""

    operations: tuple[str, ...]  # expressions in x and y: what a Value can be asked to do
    # By method: an expression for the derivative in each operand, from x, y and the result, out.
    derivatives: Mapping[str, tuple[str, ...]]
    expressions: RandomExpressions
    training: Training

    @property
    def ordered(self) -> str:
        return self.expressions.programs

    def facts(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def read(cls, facts: Mapping[str, Any]) -> Self:
        return cls(
            tuple(facts["operations"]),
            {name: tuple(texts) for name, texts in facts["derivatives"].items()},
            RandomExpressions(**facts["expressions"]),
            Training(**facts["training"]),
        )
