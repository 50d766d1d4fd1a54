"""A gradient is passed on before all of it has arrived.

**What it is.** A value that is used several times receives something from each use. backward()
runs its _backward when some of that is still to come: from the leaves up, the nearest first, or
in the order in which the parts are met on the way down.

**Why it matters.** What comes later stays where it is. Everything below gets too little, and only
where values are reused: a chain of single uses comes out right.

**Example.** For `y = x * x`, `z = x + y`: x has its whole gradient only when both z and y have sent
theirs. The order z, x, y leaves out what y sends through x.

**How to see it.** Draw the graph of z and number the values in the order that you run them. Does
an arrow lead from a higher number to a lower one?
"""


def message(graphs: int, of: int) -> str:
    return (
        f"In {graphs} of {of} expressions a Value passes its grad on before every use of it has "
        "sent its own: the order is not right."
    )
