"""The step of a measured slope is too large or too small.

**What it is.** A finite difference `(f(x + h) - f(x)) / h` with too large an h measures the
slope of a line through two points that are far apart. With too small an h, f(x + h) and
f(x) agree in almost all of their digits, and mostly rounding errors remain.

**Why it matters.** There is no warning at either end. Every numerical gradient check needs
an h in between.

**Example.** For `f(x) = x**3` at 1 the slope is 3. `h = 0.1` gives 3.31, `h = 1e-8` gives
3.000000004, `h = 1e-15` gives 3.33, and `h = 1e-16` gives 0, because in floating point 1 +
1e-16 is exactly 1.

**How to see it.** Make h ten times smaller. If the result moves towards some value, h was
too large; if it jumps around, h is too small.
"""

import ast
import math
import sys

import torch

from grader.diagnose.case import Case, Evidence
from grader.diagnose.differences import NEAR, Step, asked_of, step_of
from grader.tensors import close

STEPS = (*(10.0**-power for power in range(18)), sys.float_info.epsilon)
TOO_SMALL = 1e-8  # from here on down rounding is what is seen
LARGEST = 0.5  # a step that is no power of ten; larger ones explain too much


def find(case: Case) -> Evidence | None:
    """The step that would give this: a power of ten, another one that is large, or one so small
    that nothing but the last digits is left."""
    asked = asked_of(case)
    if asked is None:
        return None
    if not case.result.any():
        return None if _written_as_a_number(case) else {"step": None, "apart": 0.0, "large": False}
    for size in STEPS:
        step = step_of(case, *asked, size)
        for apart, differences in step.moved.items():
            if any(
                close(difference / (apart * size), case.result, by=NEAR)
                for difference in differences
            ):
                return {"step": size, "apart": apart * size, "large": size > TOO_SMALL}
    return _large(case, asked) or _rounding(case, asked)


def agree(one: Evidence, other: Evidence) -> Evidence | None:
    """The same step at two sets of points, to two digits."""
    if one["large"] != other["large"]:
        return None
    if one["large"] and not math.isclose(one["step"], other["step"], rel_tol=0.01):
        return None
    return one if one["step"] == other["step"] else {**one, "step": None}


def _written_as_a_number(case: Case) -> bool:
    """`slope = 0` is no difference, though one in which nothing moves comes to the same."""
    written = case.submission.gradients.get(case.name)
    return written is not None and isinstance(written.writes[-1].value, ast.Constant)


def _large(case: Case, asked: tuple[str, str]) -> Evidence | None:
    """By halving: the step with which the point furthest off is off by so much. It has to
    explain what the others are off by as well."""
    off = case.result - case.expected
    worst = int(off.abs().argmax())

    def differences(size: float) -> list[torch.Tensor]:
        step: Step = step_of(case, *asked, size)
        every = [(d, apart * size) for apart, ds in step.moved.items() for d in ds]
        return [difference / apart - case.expected for difference, apart in every]

    for which, apart in enumerate((1, 1, 2)):
        low, high = math.log10(TOO_SMALL), math.log10(LARGEST)
        for _ in range(40):
            middle = (low + high) / 2
            reached = differences(10**middle)[which][worst] / off[worst]
            low, high = (low, middle) if reached > 1 else (middle, high)
        size = 10**low
        if _in_source(case, size) and close(differences(size)[which], off, by=1e-3):
            return {"step": size, "apart": apart * size, "large": True}
    return None


def _in_source(case: Case, size: float) -> bool:
    """Whether a number like this is written there: 6 * x - 3.9 is a wrong formula, and comes to
    the same as a step of 0.033."""
    for node in ast.walk(case.submission.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and node.value:
            near = (node.value, 1 / node.value) if node.value > 9 else (node.value,)
            if any(math.isclose(number, size, rel_tol=0.01) for number in near):
                return True
    return False


def _rounding(case: Case, asked: tuple[str, str]) -> Evidence | None:
    """Floats near a value lie a certain distance apart, so what is left of a tiny difference is
    a whole number of those distances, divided by h."""
    value = step_of(case, *asked, 1.0).here
    distance = torch.nextafter(value, torch.full_like(value, math.inf)) - value
    for power in range(10, 18):
        for digit in range(1, 10):
            count = case.result * (digit * 10.0**-power) / (distance / 16)
            if count.abs().max() >= 1 and (count - count.round()).abs().max() < 1e-3:
                return {"step": None, "apart": None, "large": False}
    return None


def message(step: float | None, apart: float | None, large: bool) -> str:
    if large:
        return (
            f"This is the slope of the line through two points {apart:.2g} apart: h is too large."
        )
    if apart == 0.0:
        return "Nothing moved: h is not added anywhere, or it is so small that x + h is x itself."
    what = "" if step is None else f" ({step:.2g})"
    return f"Only rounding error is left of the difference: h is too small{what}."
