"""A forward value was changed in place.

**What it is.** A line wrote into a tensor of the forward pass, and lines after it read the
changed one.

**Why it matters.** Gradients are taken at the values the forward pass had.

**Example.** `dx = y; dx *= 2` doubles y itself. `dx = y.clone()` or `dx = y * 2` does not.

**How to see it.** Compare the value with itself before the first line; look for `-=`, `/=`,
`[...] =` and methods ending in `_` on anything but a fresh tensor.
"""


def message(value: str, line: int | None, gradient: str) -> str:
    where = f"Line {line}" if line else "A line above"
    return f"{where} changed the forward value {value} in place, and d{gradient} depends on it."
