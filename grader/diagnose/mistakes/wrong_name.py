"""The right values under the wrong name.

**What it is.** These numbers are the gradient of another value.

**Why it matters.** Every line below uses them for what their name says.

**Example.** After `a, b = f(x)`: `db, da = ...` in the wrong order.

**How to see it.** Compare the line with the chunk of the value that it is named after.
"""

from grader.bench.point import nearest
from grader.diagnose.case import Case, Evidence


def find(case: Case) -> Evidence | None:
    exercise = case.point.exercise
    for other in exercise.gradients:
        if other in exercise.values:
            continue
        candidate = other != case.name and case.point.values[other].shape == case.result.shape
        if candidate and case.matches(case.point.gradient(other, nearest(exercise, other))):
            return {"is": other, "named": case.name}
    return None


def message(named: str, **evidence: str) -> str:
    return f"These numbers are d{evidence['is']}, not d{named}."
