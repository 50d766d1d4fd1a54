"""The `_backward` function was written but never attached.

**What it is.** The result of an operation has no `_backward` of its own: the function was
defined inside the operation but never assigned to the result, or under another name, or by
a line inside the function itself, which never runs.

**Why it matters.** backward() calls the `_backward` of every Value. The default one does
nothing, so the gradient stops at this result.

**Example.** In `def sin(self)`, `def _backward(): ...` is followed directly by
`return out`; between the two, `out._backward = _backward` is missing.

**How to see it.** `print(out._backward)` shows the function, and the method it was defined
in.
"""


def message(operation: str) -> str:
    return (
        f"The result of `{operation}` has no `_backward` of its own, so no gradient gets past it: "
        "is `out._backward = _backward` missing?"
    )
