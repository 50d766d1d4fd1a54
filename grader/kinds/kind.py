"""What the grader has to know of a kind of exercise: the half that runs in the parent.

The other half, which calls the learner's code, is the kind's driver: `child.py` beside the
record, named in drivers.py. Imports no torch.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


class Declaration(Protocol):
    """What a driver needs of a course file, which the child does not have."""

    # The forward value that holds a graph a row, over which the order of backward() is noted.
    ordered: str | None

    def facts(self) -> dict[str, Any]:
        """Plain data, as it is sent; the driver reads it with the declaration's own `read`."""


@dataclass(frozen=True)
class Kind:
    """One kind. Everything but the name answers a question that some other package asks."""

    name: str
    declares: str | None = None  # the course file's name for its Declaration
    # Methods of classes are completed, and WRITTEN_IN says where each row is written.
    in_methods: bool = False
    plain_numbers: bool = False  # a number is a float of Python's: every tensor has a first
    # dimension, the points at which the code is called.
    runs_chunks: bool = False  # the child runs the forward pass's chunks, on the learner's objects
    # The driver runs every row by itself, with stand-ins for its upstream gradients; of other
    # kinds the one function is instrumented. What a row is handed is then all that it has: no
    # closed form, and what no stand-in moves is constant.
    runs_rows_alone: bool = False
    reads_other_rows: bool = True  # a row's code can read what other rows made
    reads_own_forward: bool = False  # a backward reads what the same class's forward kept
    adds_to_grad: bool = False  # a row adds to a grad where other uses have put theirs
    # A gradient may have leading dimensions of size 1 more or less than its value, as the
    # lecture's own check lets it.
    broadcasts: bool = False
    names_sizes: bool = False  # sizes are handed over by the lecture's names, as globals too
    names_operands: bool = False  # a row's code names operands (self, other, out), not rows

    def declaration(self, course: Mapping[str, Any]) -> Declaration | None:
        """Raises KeyError where a course file lacks the one that its kind needs."""
        found: Declaration | None = None if self.declares is None else course[self.declares]
        return found
