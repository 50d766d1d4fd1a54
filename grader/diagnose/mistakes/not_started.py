"""The result itself has no gradient to pass on.

**What it is.** Backpropagation begins with the derivative of the result in itself, which is 1.
Where that is not set, nothing but zeros is passed on.

**Why it matters.** Every product with 0 is 0, so that no gradient arrives anywhere.

**Example.** For `y = 3 * x`, `dx = 3 * dy`; only dy = 1 makes it 3.

**How to see it.** Print the grad of the result after backward().
"""


def message(graphs: int, of: int) -> str:
    return (
        f"In {graphs} of {of} expressions the grad of the result is not 1 after backward(): it is "
        "what everything else starts from."
    )
