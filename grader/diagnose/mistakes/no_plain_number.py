"""Something else than a number was given.

**What it is.** The code works with plain numbers, and a number is due: a float or an int of
Python's, one of numpy's, or a tensor without dimensions. A string, a list, a bool, a function or
a complex number is not.

**Why it matters.** True counts as 1 in a sum, and a comparison written by accident goes on
without a word.

**Example.** For `y = x**2`, `dx = lambda: 2 * x` is a function: the brackets that call it are
missing.

**How to see it.** `print(type(dx), dx)`.
"""


def message(kind: str) -> str:
    return f"This is {kind.removeprefix('builtins.')}; a number is due."
