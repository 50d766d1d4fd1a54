"""NaN or infinity in a gradient.

**What it is.** An operation left the numbers: division by zero, the log of zero or of a
negative number, infinity minus infinity.

**Why it matters.** NaN spreads: every gradient that uses this one becomes NaN as well, and
NaN compares unequal to everything, itself included.

**Example.** For `y = x**0.5`, `dx = 0.5 * x**-0.5 * dy` is infinite where x is 0.

**How to see it.** `torch.isfinite(dx).all()`, then the values that met at that entry.
"""


def message(count: int, first: list[int], value: str) -> str:
    if not first:  # a number
        return f"It comes out as {value}, at {count} of the points where it was tried."
    entries = "1 entry is" if count == 1 else f"{count} entries are"
    return f"{entries} not finite; the first is {value} at {first}."
