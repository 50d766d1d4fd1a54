"""The gradient does not have the shape of its value.

**What it is.** dX has one entry for every entry of X, so it has exactly X's shape: `(64,)`
is not `(1, 64)`.

**Why it matters.** Broadcasting hides it. Compared with a reference of shape `(1, 64)`, a
`(64,)` looks equal; added to something of shape `(64, 1)`, it becomes a `(64, 64)`.

**Example.** For `s = x.sum(0, keepdim=True)`, ds has shape `(1, m)`. Computed as `g.sum(0)`
it has shape `(m,)`: `keepdim=True` was lost.

**How to see it.** `assert dx.shape == x.shape`, after every line.
"""


def message(shape: list[int], expected: list[int], is_value: bool = False) -> str:
    got, right = tuple(shape), tuple(expected)
    said = f"The shape is {got} and should be {right}"
    if [size for size in shape if size != 1] == [size for size in expected if size != 1]:
        return f"{said}: a dimension of size 1 was lost or added."
    return f"{said}." if is_value else f"{said}: a gradient has the shape of its value."
