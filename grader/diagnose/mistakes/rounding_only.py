"""Right; only the last bits differ.

**What it is.** The same mathematics in another order of operations: a float keeps only so many
digits, float32 about seven and float64 sixteen, and each order rounds a little differently.

**Why it matters.** It does not. `exact` is a courtesy of writing the same operations as
torch does; `approximate` is as right.

**Example.** `(a + b) + c` and `a + (b + c)` differ in the last bit.

**How to see it.** maxdiff is 1e-8 or less; in float64 it drops to 1e-17.
"""


def message(maxdiff: float | None) -> str:
    far = "" if maxdiff is None else f" by {maxdiff:.1e} at most"
    return f"Right: it differs from torch's order of operations in the last bits{far}."
