"""A measured slope is off for the step was too large, or too small.

**What it is.** A finite difference `(f(x + h) - f(x)) / h` with an h that is too large measures
the line through two points that are far apart. With one that is too small, f(x + h) and f(x)
agree in almost all of their digits, and the difference keeps only the last ones: rounding.

**Why it matters.** Both ends fail without a word. Every numerical gradient check lives between
them.

**Example.** For `f(x) = x**3` at 1 the slope is 3. `h = 0.1` gives 3.31, `h = 1e-8` gives
3.00000000, and `h = 1e-15` gives 3.33.

**How to see it.** Make h ten times smaller. If the result moves towards something, h was too
large; if it jumps about, too small.
"""

import torch

from grader.mistakes.case import Case, Evidence

TOO_LARGE = 0.1  # of the slope, with a step that bends so much: h is no small one any more
STEPS = tuple(10.0**-power for power in range(17))


def find(case: Case) -> Evidence | None:
    """The step of 1, 0.1, 0.01, ... whose finite difference is nearest to what was given."""
    exercise, trial = case.scene.exercise, case.scene.trial
    if case.name not in exercise.slopes or case.result.shape != case.expected.shape:
        return None
    of, at = exercise.slopes[case.name]

    def value(shift: float) -> torch.Tensor:
        with torch.no_grad():
            moved = {**trial.inputs, at: trial.inputs[at] + shift}
            result: torch.Tensor = exercise.forward(**moved)[of]
        return result

    for step in STEPS:
        ahead, behind, here = value(step), value(-step), value(0.0)
        to_both_sides = (ahead - behind) / 2 / step
        for difference in (ahead - here) / step, (here - behind) / step, to_both_sides:
            if torch.allclose(difference, case.result, rtol=1e-6, atol=0.0):
                return {"step": step, "large": step > 1e-8}
    # Below some 1e-9 what is left is rounding, and no two ways of writing f round alike.
    off = (case.result / case.expected - 1).abs()
    if off.max() < TOO_LARGE and off.std() > 0.3 * off.mean() and _jumps(case):
        return {"step": None, "large": False}
    return None


def _jumps(case: Case) -> bool:
    """Whether the errors have both signs, as rounding's have and a bent line's do not."""
    signs = (case.result - case.expected).sign()
    return bool((signs > 0).any() and (signs < 0).any())


def message(step: float | None, large: bool) -> str:
    if large:
        return f"This is the slope of a line between points {step:g} apart: h is too large."
    what = "" if step is None else f" ({step:g})"
    return f"What is left of the difference is rounding: h is too small{what}."
