"""What a line holds of the terms that it should hold, and what stands there instead."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import torch

from grader.diagnose.case import Case, Evidence
from grader.diagnose.linear_fit import combination

Told = tuple[str, Evidence]  # the id of a mistake, and what it is to show


@dataclass(frozen=True)
class ReplacedTerm:
    """A term that does not belong there: where it stands for a right one, it tells a mistake."""

    instead_of: str  # a term of the right gradient
    tensor: torch.Tensor  # as it would stand there
    told: Told


@dataclass(frozen=True)
class TermCoefficients:
    """How many of each term the line holds, where the right gradient holds one."""

    by: str  # "use", "sum", "power", "softmax", "weights" or "normalised": what the terms are
    count: dict[str, float]  # by a text that names the term
    others: dict[str, float] = field(default_factory=dict)  # terms that do not belong there
    told: Told | None = None  # by one of those


def counted(
    case: Case, by: str, terms: dict[str, torch.Tensor], foreign: Iterable[ReplacedTerm]
) -> TermCoefficients | None:
    """How many of the terms the line holds, or which one another stands in the place of."""
    numbers = combination(case.result, list(terms.values()))
    if numbers is not None:
        return TermCoefficients(by, dict(zip(terms, numbers, strict=True)))
    for other in foreign:
        rest = sum(
            (tensor for name, tensor in terms.items() if name != other.instead_of),
            torch.zeros_like(case.expected),
        )
        if case.matches(rest + other.tensor):
            count = {name: float(name != other.instead_of) for name in terms}
            return TermCoefficients(by, count, {other.told[0]: 1.0}, other.told)
    return None


def picked(index: torch.Tensor, like: torch.Tensor) -> list[tuple[str, torch.Tensor]]:
    """Whole columns, whole rows: how it is written, and where that is."""
    columns, rows = (torch.zeros(like.shape, dtype=torch.bool) for _ in range(2))
    found = []
    if int(index.max()) < like.shape[1]:
        columns[:, index] = True
        found.append((":, ", columns))
    if int(index.max()) < len(like):
        rows[index] = True
        found.append(("", rows))
    return found
