"""What sends back was written, and is not kept.

**What it is.** The result of an operation has no `_backward` of its own: the function inside
the operation was defined and never put into the result, or under another name, or by a line
that stands inside the function itself and never runs.

**Why it matters.** backward() calls the `_backward` of every Value. That of a new Value does
nothing, so what arrives at this result goes no further.

**Example.** In `def sin(self)`, `def _backward(): ...` is followed by `return out`; between the
two `out._backward = _backward` is missing.

**How to see it.** `print(out._backward)` names the function, and the method that it is from.
"""


def message(operation: str) -> str:
    return (
        f"The result of `{operation}` keeps no `_backward` of its own, so nothing is sent back "
        "from it."
    )
