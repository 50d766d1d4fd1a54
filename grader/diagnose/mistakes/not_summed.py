"""Not summed over a broadcast dimension.

**What it is.** In the forward pass the value was broadcast to a larger shape. Each copy
contributes to its gradient, and these contributions have to be summed.

**Why it matters.** Broadcasting forward is a sum backward. Without the sum the gradient has
the shape of the result instead of the shape of the value.

**Example.** For `y = x * s` with x `(4, 5)` and s `(4, 1)`, `x * dy` has shape `(4, 5)`,
but ds has shape `(4, 1)`.

**How to see it.** Compare the shapes: wherever the value has size 1, or no dimension at
all, and the upstream gradient has more, a sum is needed.
"""

from grader.diagnose.case import Case, Evidence, spreads, summed_to
from grader.diagnose.terms import told
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
        return f"The gradient of {value} was not summed: it was broadcast in the forward pass."
    return (
        f"The shape is {tuple(shape)} and should be {tuple(expected)}: {value} was broadcast in "
        "the forward pass, so its gradient is a sum over the broadcast dimensions."
    )
