"""Right; only the last bits differ.

**What it is.** The same mathematics in a different order of operations. A float keeps a
limited number of digits (float32 about seven, float64 about sixteen), and each order rounds
a little differently.

**Why it matters.** It does not. `exact` only says that you wrote the same operations as
torch; `approximate` is just as right.

**Example.** `(a + b) + c` and `a + (b + c)` can differ in the last bit.

**How to see it.** Compare maxdiff with the size of the gradient's largest entry: in float32
it is about a millionth of it or less, in float64 about 1e-14 of it or less.
"""


def message(maxdiff: float | None) -> str:
    by = "" if maxdiff is None else f", by {maxdiff:.1e} at most"
    return f"Right: it differs from torch's result only in the last bits{by}."
