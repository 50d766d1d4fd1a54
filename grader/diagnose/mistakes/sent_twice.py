"""A gradient is passed on more than once.

**What it is.** A value that is used twice is met twice on the way from the result to the leaves,
and its _backward runs each time.

**Why it matters.** Its grad goes to what it was made of once too often, and each reuse above it
doubles that again.

**Example.** For `y = x * x`, `z = y + y`: whoever goes down from z comes to y twice. y has to send
once, when both uses have been added.

**How to see it.** Print something in a _backward, and count.
"""


def message(graphs: int, of: int) -> str:
    return (
        f"In {graphs} of {of} expressions the _backward of one Value runs more than once: a Value "
        "that is used twice is met twice."
    )
