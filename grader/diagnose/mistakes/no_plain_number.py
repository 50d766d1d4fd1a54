"""The result is not a plain number.

**What it is.** This code works with plain numbers: a Python float or int, a numpy number,
or a tensor without dimensions. A string, a list, a bool, a function or a complex number
does not count.

**Why it matters.** True counts as 1 in a sum, so a comparison written by accident goes
unnoticed.

**Example.** For `y = x**2`, `dx = lambda: 2 * x` is a function: it has to be called, or
written without the `lambda`.

**How to see it.** `print(type(dx), dx)`.
"""


def message(kind: str) -> str:
    what = kind.removeprefix("builtins.")
    got = what if " " in what else f"`{what}`"
    return f"Expected a number, got {got}."
