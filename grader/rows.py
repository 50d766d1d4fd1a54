"""A row of a report: one thing that an exercise asks for, and where the learner writes it."""

from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Row:
    """A gradient, or a value that is asked for as well and is not a gradient.

    `name` is the forward value's that the gradient belongs to, or the value's own.
    """

    name: str
    is_value: bool = False
    target: str = ""  # in a class: "Tanh.backward:return"; else the key
    shown_as: str | None = None  # what a report calls it, where not by its key
    broadcasts: bool = False  # judged in its value's shape, where only leading 1s are missing

    @cached_property
    def key(self) -> str:
        """What the learner calls it: `dprobs`, or a value by its own name."""
        return self.name if self.is_value else gradient_key(self.name)

    @property
    def label(self) -> str:
        """What a report calls it: its key, or where it is written ("self.grad in __mul__")."""
        return self.shown_as or self.key

    @property
    def written_at(self) -> str:
        """Where it is written, as a submission names its lines: a variable, a method's target."""
        return self.target or self.key


def gradient_key(name: str) -> str:
    """The learner's name for the gradient of a forward value."""
    return f"d{name}"
