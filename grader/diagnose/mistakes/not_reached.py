"""Part of the graph is not reached.

**What it is.** backward() has to come to every value that the result was made of, however many
steps away. It stops too early, goes down one side only, or leaves the result itself out.

**Why it matters.** What is not reached passes nothing on: all grads below stay too small, or 0.

**Example.** For `z = x + y`, `y = w * w`: going to what z was made of comes to x and y, and to w
only from there.

**How to see it.** Collect the values that your backward() runs, and look for one that is missing.
"""


def message(graphs: int, of: int) -> str:
    return (
        f"In {graphs} of {of} expressions the _backward of some Value does not run, though the "
        "result was made of it."
    )
