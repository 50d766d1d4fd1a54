"""A gradient is passed on before it is complete.

**What it is.** A value that is used several times gets a contribution from each use.
backward() runs its `_backward` while some of them are still missing: from the leaves up,
nearest first, or in the order in which the operands are found on the way down.

**Why it matters.** Contributions that come later are not passed on. Everything below gets
too little, but only where values are reused: a chain of single uses comes out right.

**Example.** For `y = x * x`, `z = x + y`: the grad of x is complete only once both z and y
have added to it. In the order z, x, y, x passes its grad on before y has contributed.

**How to see it.** Draw the graph of z and number the values in the order in which their
`_backward` runs. Does any value have a smaller number than something that uses it?
"""


def message(graphs: int, of: int) -> str:
    return (
        f"In {graphs} of {of} expressions a Value passes its grad on before every use of it has "
        "contributed: the order is wrong."
    )
