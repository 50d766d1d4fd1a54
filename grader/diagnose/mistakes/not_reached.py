"""Part of the graph is not reached.

**What it is.** backward() has to reach every value that the result was made from, however
many steps away. It stops too early, follows only one of the operands, or skips the result
itself.

**Why it matters.** A value that is not reached passes nothing on: every grad below it is
too small, or 0.

**Example.** In `z = x + y`, `y = w * w`, the operands of z are x and y; w is reached only
through y.

**How to see it.** Collect the values whose `_backward` runs, and look for one that is
missing.
"""


def message(graphs: int, of: int) -> str:
    return (
        f"In {graphs} of {of} expressions the `_backward` of some Value never runs, although the "
        "result was made from it."
    )
