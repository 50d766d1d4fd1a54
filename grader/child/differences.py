"""Whether code works out derivatives by differences: seen by which operators it asks, and at what.

A formula asks a function of the forward pass once, or twice at the same point. A difference asks it
at points that lie a small step apart: in a few entries, or in all of them by the same. A float has
not the digits for a step that is as small as exactness takes: whoever works with whole numbers of
more has numbers that no formula has. What is found is a sign, and decides nothing.
"""

import re
from itertools import pairwise
from types import FrameType

import torch

# The functions that are not straight lines: of the others a formula is known to everybody.
CURVED = re.compile(
    r"_?(log_)?softmax|exp2?|expm1|log(2|10|1p|sumexp)?|tanh|sigmoid|(log_)?sigmoid|silu|gelu|erf"
    r"|sin|cos|pow|r?sqrt|square|var(_mean)?|std|cross_entropy_loss|nll_loss|(native_)?layer_norm"
    r"|(native_|_native_)?batch_norm.*|norm|linalg_vector_norm"
)
ENOUGH = 2  # steps: stencils take three or more points
MOST_LOOKED_AT = 4000
FEWEST, MOST = 8, 200_000  # entries
LARGEST_STEP, SMALLEST_STEP = 0.5, 1e-12  # of the largest entry; less is rounding
SAME_STEP = 0.1  # the largest that all entries may take, to be one
# What makes a whole number of a float, or keeps one whole. Without it nobody looks for long ones.
WHOLE = re.compile(r"//|<<|>>|\b(int\w*|round|floor|ceil|trunc|long|item|tolist|divmod)\b")
LONG = 128  # bits; a float has 53, an address 64


class DifferenceWatch:
    """Of one call, in float64: in float32 rounding looks like a step."""

    def __init__(self) -> None:
        self.steps = 0
        self.looked_at = 0
        self.before: dict[tuple[int, torch.Size], torch.Tensor] = {}

    def sees(self, operator: int, given: torch.Tensor) -> bool:
        """Whether this makes it enough."""
        fits = FEWEST <= given.numel() <= MOST and given.dtype is torch.float64
        if not fits or self.looked_at >= MOST_LOOKED_AT or self.steps >= ENOUGH:
            return False
        self.looked_at += 1
        key = operator, given.shape
        before = self.before.get(key)
        self.before[key] = given.clone()
        if before is not None and _a_step_apart(given, before):
            self.steps += 1
        elif given.dim() > 1 and len(given) > 3 and given[0].numel() >= FEWEST:
            # Or all points at once, one in each row.
            rows = pairwise(given[:3])
            self.steps += ENOUGH * all(_a_step_apart(*pair, alike=False) for pair in rows)
        return self.steps >= ENOUGH


def holds_long_numbers(frame: FrameType) -> bool:
    return any(type(one) is int and one.bit_length() > LONG for one in frame.f_locals.values())


def _a_step_apart(one: torch.Tensor, other: torch.Tensor, alike: bool = True) -> bool:
    apart = one - other
    step, largest = apart.abs().max().item(), other.abs().max().item()
    if not SMALLEST_STEP * largest < step <= LARGEST_STEP * largest:
        return False
    moved = int(apart.count_nonzero())
    if moved * 4 <= apart.numel():
        return True
    same = apart.max().item() - apart.min().item() <= 1e-6 * step
    return alike and same and step <= SAME_STEP * largest
