"""Derivatives, first measured, then by hand.

A derivative says by how much a result grows when one number grows a little. It can be measured:
let the number grow by a small h, see how far the result moves, divide. And it can be derived, one
operation at a time, with the chain rule: then no h is needed, and it is exact.
"""

from typing import Any

KIND = "numbers"
SOURCE = "Zero to Hero, micrograd (The spelled-out intro to backpropagation), its first half hour"
LEARNED = (
    "You have measured slopes with a small step, and derived them exactly: upstream gradient "
    "times local derivative, added up where a value is read twice.",
    "Measuring takes two runs for each number and stays a little off; the chain rule gets "
    "a million of them in one pass, and everything from here on is that rule.",
)
VALUES = {
    "slope": "(): The slope of curve = 3 * x**2 - 4 * x + 5 at x: by how much it grows for each 1 "
    "that x grows. Measure it: let x grow by a small h of your choice, compute the curve "
    "again, take the difference, divide by h. Five digits have to be right: how small is small?",
    "slope_a": "(): The slope of d = a * b + c when only a grows; b and c stay as they are.",
    "slope_b": "(): The same when only b grows.",
    "slope_c": "(): The same when only c grows.",
}
SLOPES = {
    "slope": ("curve", "x"), "slope_a": ("d", "a"), "slope_b": ("d", "b"), "slope_c": ("d", "c"),
}
GRADIENTS = (
    *SLOPES, "total", "cubed", "squashed", "root", "growth", "wave", "ratio", "d", "curve", "w",
    "a", "b", "c", "x",
)
# A measured slope has some eight good digits, ten at best. A derived one has fifteen; twelve are
# required of it.
TOLERANCE_SCALE = dict.fromkeys(GRADIENTS, 1e-3) | dict.fromkeys(SLOPES, 1e4)
SIZES = {"points": 6}  # at each of which the learner's code is called, with five numbers
OTHER_SIZES = {"points": 9}
HINTS = {
    "slope": (
        "Choose an h. Compute the curve's formula with x + h instead of x. How far did the curve "
        "move? Its value at x is given, as curve. And how far did x move? The slope is the one "
        "divided by the other.",
        "With h = 0.1 the slope is that of a line through two points rather far apart. Try 0.01 "
        "and 0.001, and see how many digits still change. Then try 1e-15: a float has 16 digits, "
        "and when two numbers that agree in 15 of them are subtracted, one is left.",
        "The best h lies somewhere in between. For a step to one side it is near 1e-8, the square "
        "root of a float's precision. A step to both sides is better still: from x - h to x + h, "
        "which are 2 * h apart. The bend of the curve on one side cancels that on the other, so a "
        "larger h will do.",
    ),
    "slope_a": (
        "Compute a * b + c twice, the second time with a + h. b and c are the same both times.",
    ),
    "slope_b": ("As for a, but now it is b that grows by h.",),
    "slope_c": ("c is only added. What does the result do when c grows by h?",),
}


def inputs(data: Any, seed: int, sizes: dict[str, int]) -> dict[str, Any]:
    """Five numbers a point, between 0.5 and 2, where nothing is zero and no two are alike."""
    import torch

    generator = torch.Generator().manual_seed(seed)
    drawn = torch.rand(5, sizes["points"], generator=generator) + 0.5
    x, a, b, c, w = drawn.unbind()
    return {"x": x + 0.5, "a": a, "b": b, "c": c, "w": w}


def forward(
    x,  # ()
    a,  # ()
    b,  # ()
    c,  # ()
    w,  # ()
):
    from torch import exp, log, sin, sqrt, tanh
    curve = 3 * x**2 - 4 * x + 5   # ()
    d = a * b + c                  # ()
    ratio = d / curve              # ()
    wave = sin(w * x)              # ()
    growth = exp(ratio * wave)     # ()
    root = sqrt(growth + 1)        # ()
    squashed = tanh(root - b)      # ()
    cubed = squashed**3            # ()
    total = curve + cubed          # ()
    loss = log(total)              # ()
    return locals()
