"""A size is written into the line as a number.

**What it is.** The line is right only for these sizes: it says 32 instead of n, say, or 64
instead of the number of hidden units.

**Why it matters.** The gradient is wrong as soon as the last minibatch is smaller, and
there is no warning.

**Example.** `dx = torch.ones(100, 20) / 2000 * dloss` for the mean of a (100, 20) matrix;
`torch.ones_like(x) / x.numel() * dloss` is right for any size.

**How to see it.** Look for numbers in the line that are also sizes; each has a name.
"""


def message(sizes: str, said: str | None = None, line: int | None = None) -> str:
    tail = f" There it raises: {said}" if said else ""
    return f"Right for the lecture's sizes, wrong for others ({sizes}): a size is hard-coded.{tail}"
