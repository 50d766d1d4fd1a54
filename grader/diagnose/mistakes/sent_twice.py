"""A gradient is passed on more than once.

**What it is.** A value that is used twice is reached twice on the way from the result to
the leaves, and its `_backward` runs each time.

**Why it matters.** Its grad is added to its operands once too often, and each further reuse
multiplies the error.

**Example.** In `y = x * x`, `z = y + y`, following the operands of z leads to y twice. The
`_backward` of y should run once, after both uses have been added.

**How to see it.** Print something in a `_backward`, and count.
"""


def message(graphs: int, of: int) -> str:
    return (
        f"In {graphs} of {of} expressions the `_backward` of a Value runs more than once: a Value "
        "that is used twice is visited twice."
    )
