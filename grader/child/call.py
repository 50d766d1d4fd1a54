"""One call of the learner's code, as the driver of a kind sees it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import torch

from grader.protocol.messages import Setup
from grader.rows import Row


@dataclass
class Notes:
    """What a driver has seen besides the values that it puts into the scope."""

    recorded: dict[str, int] | None = None  # row -> a number; None: every row was run on its own
    sent: dict[str, int] = field(default_factory=dict)
    idle: tuple[str, ...] = ()


@dataclass(frozen=True)
class ChildCall:
    """A driver fills the scope with what the code gives, under the learner's own names."""

    module: dict[str, Any]  # the names of the learner's file
    given: Mapping[str, Any]  # forward values and numbers, by name
    setup: Setup
    # Upstream gradients by name, where each operation or layer is to be run on its own.
    stand_ins: Mapping[str, torch.Tensor] | None = None
    notes: Notes = field(default_factory=Notes)
    extra: frozenset[str] = frozenset()  # of what is given: only for who asks for it by name

    @cached_property
    def rows(self) -> dict[str, Row]:
        return {row.name: row for row in self.setup.rows}
