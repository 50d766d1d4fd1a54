"""A size is written into the line as a number.

**What it is.** The line is right for these sizes only: 32 stands where n is meant, 64
where the number of hidden units is meant.

**Why it matters.** The gradient is wrong as soon as the last minibatch is smaller, and
nothing says so.

**Example.** `dx = torch.ones(100, 20) / 2000 * dloss` for the mean of a (100, 20) matrix;
`torch.ones_like(x) / x.numel() * dloss` holds for any.

**How to see it.** Look for numbers in the line that are also sizes; each has a name.
"""


def message(sizes: str, said: str | None = None) -> str:
    tail = f" There it says: {said}" if said else ""
    return f"Right for the lecture's sizes, wrong for others ({sizes}): a size is hard-coded.{tail}"
