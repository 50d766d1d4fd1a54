"""A forward value was changed in place.

**What it is.** A line wrote into a tensor of the forward pass, and a later line read the
changed values.

**Why it matters.** Gradients are taken at the values that the forward pass had.

**Example.** `dx = y; dx *= 2` doubles y itself. `dx = y.clone()` or `dx = y * 2` does not.

**How to see it.** Keep a copy of the value at the top and compare at the end; look for
`-=`, `/=`, `[...] =` and methods ending in `_` on anything but a fresh tensor.
"""


def message(value: str, line: int | None, gradient: str) -> str:
    where = f"Line {line}" if line else "A line above"
    return f"{where} changed the forward value {value} in place, and d{gradient} depends on it."
