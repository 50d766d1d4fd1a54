"""A parameter of the layer is not in it.

**What it is.** What the layer gives is right up to a gain or a bias of its own, which was
not multiplied in or added.

**Why it matters.** A parameter that the forward pass does not use has no effect; training
changes it, and nothing else changes with it.

**Example.** A thermometer in Fahrenheit is one in Celsius times 1.8, plus 32; without the
32 water freezes at 0.

**How to see it.** Change the parameter and call the layer again: what it gives has to
change.
"""

from grader.diagnose.mistakes.case import Case, Evidence
from grader.diagnose.mistakes.foretold import foretold


def find(case: Case) -> Evidence | None:
    return {"value": case.name} if foretold(case, "parameter-left-out") else None


def message(value: str) -> str:
    return (
        f"{value} lacks a parameter of the layer: a gain that multiplies, or a bias that is added."
    )
