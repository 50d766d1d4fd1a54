"""The dtype is not the dtype of the value.

**What it is.** Float values have gradients of the same float type. Integers come from
`one_hot` and from comparisons; float64 comes from numpy arrays and from a hard-coded dtype.

**Why it matters.** Assigning 0.7 to an entry of an integer tensor stores 0; a float64
tensor silently turns everything computed from it into float64.

**Example.** `mask = F.one_hot(i, 5)` is int64. `mask * g` is a float tensor again; `mask`
alone is not a gradient.

**How to see it.** `print(dx.dtype)`.
"""


def message(dtype: str, expected: str) -> str:
    return f"The dtype is {dtype} and should be {expected}, like the values you were given."
