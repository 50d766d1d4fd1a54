"""The shape is not the shape of the value.

**What it is.** dX has one entry for every entry of X, so it has X's shape exactly:
`(64,)` is not `(1, 64)`.

**Why it matters.** Broadcasting hides it. Compared with a reference of shape `(1, 64)`, a
`(64,)` looks equal; added to a `(64, 64)` somewhere else, it lands on the wrong axis.

**Example.** For `s = x.sum(0, keepdim=True)`, ds is `(1, m)`. Computed as `g.sum(0)` it
comes out as `(m,)`: `keepdim=True` was lost.

**How to see it.** `assert dx.shape == x.shape`, after every line.
"""


def message(shape: list[int], expected: list[int], is_value: bool = False) -> str:
    got, due = tuple(shape), tuple(expected)
    if [size for size in shape if size != 1] == [size for size in expected if size != 1]:
        return f"Shape {got}, and {due} is due: the same numbers, a dimension of 1 lost or added."
    why = "" if is_value else ": a gradient has the shape of its value"
    return f"Shape {got}, and {due} is due{why}."
