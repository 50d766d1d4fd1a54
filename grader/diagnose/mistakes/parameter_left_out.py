"""A parameter of the layer was left out.

**What it is.** The output is right except for a gain or a bias of the layer, which was not
multiplied in or added.

**Why it matters.** A parameter that the forward pass does not use has no effect: training
it changes nothing.

**Example.** Degrees Fahrenheit are degrees Celsius times 1.8, plus 32; without the 32,
water freezes at 0.

**How to see it.** Change the parameter and call the layer again: its output should change.
"""

from grader.diagnose.case import Case, Evidence
from grader.diagnose.predicted_by_course import foretold


def find(case: Case) -> Evidence | None:
    return {"value": case.name} if foretold(case, "parameter-left-out") else None


def message(value: str) -> str:
    return f"{value} lacks a parameter of the layer: a gain to multiply by, or a bias to add."
