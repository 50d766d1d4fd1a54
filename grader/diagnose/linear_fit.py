"""A tensor as a combination of others, with one number for each."""

from collections.abc import Sequence

import torch

from grader.tensors import TOLERANCE


def combination(target: torch.Tensor, parts: Sequence[torch.Tensor]) -> list[float] | None:
    """The numbers c with target = c[0] * parts[0] + ...; None where there are none.

    Numbers within rounding of 0, 1, -1, 2 and so on are given as these.
    """
    if not parts or any(part.shape != target.shape for part in parts):
        return None
    columns = torch.stack([part.flatten() for part in parts], 1)
    goal = target.flatten()
    if not (torch.isfinite(columns).all() and torch.isfinite(goal).all()) or not goal.numel():
        return None
    scales = columns.abs().max(0).values
    if not bool((scales > 0).all()):
        return None
    scaled = columns / scales
    solution = torch.linalg.lstsq(scaled, goal, driver="gelsd")
    if int(solution.rank) < len(parts):
        return None  # the parts are not independent: no one answer
    found = solution.solution
    off = (scaled @ found - goal).abs().max().item()
    if off > TOLERANCE * max(goal.abs().max().item(), 1e-30):
        return None
    return [tidy(number) for number in (found / scales).tolist()]


def tidy(number: float) -> float:
    """A half or a whole number where it is one but for rounding."""
    nearest = round(2 * number) / 2
    return nearest if abs(number - nearest) < 1e-7 else float(number)
