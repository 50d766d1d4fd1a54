"""NaN or infinity in a gradient.

**What it is.** An operation had no finite result: a division by zero, the log of zero or of
a negative number, infinity minus infinity.

**Why it matters.** NaN spreads: nearly every gradient computed from this one becomes NaN as
well, and NaN is not equal to anything, not even to itself.

**Example.** For `y = x**0.5`, `dx = 0.5 * x**-0.5 * dy` is infinite where x is 0.

**How to see it.** `torch.isfinite(dx).all()`; then look at the values that went into that
entry.
"""


def message(count: int, first: list[int], value: str) -> str:
    if not first:  # a number
        return f"The result is {value} at {count} of the points where it was tried."
    entries = "1 entry is" if count == 1 else f"{count} entries are"
    return f"{entries} not finite; the first one is {value}, at {first}."
