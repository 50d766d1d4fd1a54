"""Not summed over a broadcast dimension.

**What it is.** In the forward pass the value was stretched to a larger shape. Each copy
sends a gradient back, and they have to be added up again.

**Why it matters.** Broadcasting forward is a sum backward. Without it the gradient has the
shape of what came out, not of what went in.

**Example.** For `y = x * s` with x `(4, 5)` and s `(4, 1)`: `x * dy` is `(4, 5)`, and ds is
`(4, 1)`.

**How to see it.** Compare the shapes: where the value has 1, or no dimension at all, and
the upstream gradient has more, there is a sum.
"""

from grader.diagnose.mistakes.case import Case, Evidence, spreads, summed_to
from grader.diagnose.mistakes.parts import told
from grader.tensors import close


def find(case: Case) -> Evidence | None:
    return _whole(case) or _inside(case) or told(case, "not-summed")


def _inside(case: Case) -> Evidence | None:
    """In a line that takes several chunks at once: a value in between was broadcast."""
    for chunk in case.consumers:
        for local, spread in spreads(case, chunk):
            whole = case.with_other(chunk, local * spread)
            if whole is not None and case.matches(whole):
                return {"value": chunk.name, "shape": None, "expected": None}
    return None


def _whole(case: Case) -> Evidence | None:
    result, shape = case.result, case.value.shape
    if result.dim() < len(shape) or result.shape == shape:
        return None
    summed = summed_to(result, shape)
    if summed is None:
        return None
    if not close(summed, case.expected):
        return None
    return {"value": case.name, "shape": list(result.shape), "expected": list(shape)}


def message(value: str, shape: list[int] | None, expected: list[int] | None) -> str:
    if shape is None or expected is None:
        return f"{value} was broadcast forward; what comes back to it is not summed."
    return (
        f"Shape {tuple(shape)}, and {tuple(expected)} is due: {value} was broadcast forward, "
        "so its gradient is a sum over what it was broadcast to."
    )
