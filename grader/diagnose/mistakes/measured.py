"""Measured, or rounded, where a derivative was to be worked out.

**What it is.** A difference divided by a small step, `(f(x + h) - f(x - h)) / (2 * h)`, in the
place of the formula that f's derivative is; or a number with only some of its digits.

**Why it matters.** A measured slope is never exact, and each one takes the whole forward pass
anew: a network of a million weights would be run a million times for a single step. The chain
rule gives all of them at once.

**Example.** For `f(x) = x**3` at 2 the derivative is `3 * x**2`, 12. Measured with h = 1e-5 it
comes out as 12.0000000001.

**How to see it.** There is an h in the line, or a function that has one. Or the ninth digit or so
differs from torch's, where of a formula the fifteenth would.
"""

from grader.diagnose.mistakes.case import Case, Evidence

LARGEST = 1e-4  # of the largest entry


def find(case: Case) -> Evidence | None:
    exact = case.point.exercise.loose.get(case.name, 1.0) < 1  # elsewhere so little is right
    if not exact or case.result.shape != case.expected.shape:
        return None
    off = (case.result - case.expected).abs().max().item()
    largest = case.expected.abs().max().item()
    return {"off": off / largest} if 0 < off <= LARGEST * largest else None


def message(off: float) -> str:
    return f"This is near the derivative, off by {off:.0e} of it: measured, or rounded. Derive it."
