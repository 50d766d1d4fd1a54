"""What a child is asked in one call, as the learner's code sees it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch


@dataclass(frozen=True)
class Request:
    module: dict[str, Any]  # the names of the learner's file
    given: Mapping[str, Any]  # forward values, by name
    facts: Mapping[str, Any]  # the rest of what was asked
    # Upstream gradients, by key, with which each operation is to be run on its own.
    stand_ins: Mapping[str, torch.Tensor] | None = None
    notes: dict[str, Any] = field(default_factory=dict)  # facts for the grader, besides
