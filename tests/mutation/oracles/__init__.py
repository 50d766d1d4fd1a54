"""What a changed worked answer comes to, found out by running it here, without the grader.

An oracle for each kind of exercise, behind one interface; none knows how the grader judges.
"""

from dataclasses import dataclass
from functools import cache
from typing import Protocol

from grader.course.exercise import load_exercise


@dataclass(frozen=True)
class Effect:
    """Nothing wrong: a rewrite, which must pass."""

    wrong: str = ""  # the gradient or value with the error of its own
    also: frozenset[str] = frozenset()  # it may as well be one of these
    shared: frozenset[str] = frozenset()  # others that the changed line makes wrong too
    raises: bool = False  # the changed line raises by itself
    mistakes: frozenset[str] = frozenset()  # ids that are right whatever was done to get there

    @property
    def harmless(self) -> bool:
        return not self.wrong


class Oracle(Protocol):
    def effect(self, source: str, gradient: str = "") -> Effect:
        """Of a whole source, in which the statements that write `gradient` were changed; "" where
        anything may have been."""


@cache
def oracle_of(exercise: str) -> Oracle:
    from .functions import FunctionOracle
    from .layers import LayerOracle
    from .values import ValueOracle

    asked = load_exercise(exercise)
    oracles = {"values": ValueOracle, "layers": LayerOracle}
    return oracles.get(asked.kind.name, FunctionOracle)(asked)
