"""The derivative was measured or rounded, not derived.

**What it is.** A difference divided by a small step, `(f(x + h) - f(x - h)) / (2 * h)`, is
used instead of the formula for the derivative of f; or a number is written with only some
of its digits.

**Why it matters.** A measured slope is never exact, and each one needs the whole forward
pass again: a network with a million weights would have to run a million times for a single
step. The chain rule gives all the gradients in one backward pass.

**Example.** For `f(x) = x**3` at 2 the derivative is `3 * x**2`, which is 12. Measured with
h = 1e-5 it comes out as 12.0000000002.

**How to see it.** There is an h in the line, or in a function that it calls. Or the result
differs from the right one around the tenth digit; a formula would agree to about the
fifteenth.
"""

from grader.diagnose.case import Case, Evidence

LARGEST = 1e-4  # of the largest entry


def find(case: Case) -> Evidence | None:
    scale = case.point.exercise.tolerance_scale.get(case.name, 1.0)
    if scale >= 1 or case.result.shape != case.expected.shape:
        return None
    off = (case.result - case.expected).abs().max().item()
    largest = case.expected.abs().max().item()
    return {"off": off / largest} if 0 < off <= LARGEST * largest else None


def message(off: float) -> str:
    return (
        f"Close to the derivative but not equal to it (relative error {off:.0e}): it looks "
        "measured or rounded. Derive the formula."
    )
