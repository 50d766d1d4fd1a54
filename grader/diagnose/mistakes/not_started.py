"""The result itself has no gradient to pass on.

**What it is.** Backpropagation begins with the derivative of the result with respect to
itself, which is 1. If that is not set, nothing but zeros is passed on.

**Why it matters.** Any product with 0 is 0, so every gradient stays 0.

**Example.** For `y = 3 * x`, `dx = 3 * dy`; only dy = 1 makes it 3.

**How to see it.** Print the grad of the result after backward().
"""


def message(graphs: int, of: int) -> str:
    return (
        f"In {graphs} of {of} expressions the grad of the result is not 1 after backward(); "
        "everything else starts from it."
    )
