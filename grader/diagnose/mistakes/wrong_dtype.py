"""The dtype is not the dtype of the value.

**What it is.** Float values have gradients of the same float type. Integers come from
`one_hot` and from comparisons; float64 comes from numpy arrays and from a fixed dtype.

**Why it matters.** An integer tensor rounds everything that is added to it in place; a
float64 one silently turns what follows into float64.

**Example.** `mask = F.one_hot(i, 5)` is int64. `mask * g` is a float again; `mask` alone
is not a gradient.

**How to see it.** `print(dx.dtype)`.
"""


def message(dtype: str, expected: str) -> str:
    return f"dtype {dtype}, and {expected} is due: the dtype of the values you were given."
