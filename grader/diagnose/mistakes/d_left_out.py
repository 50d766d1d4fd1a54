"""A gradient was written under the name of its value: the d is missing.

**What it is.** The line works out a gradient and calls it by the name of the forward value, or
`return` gives it back under that name: `probs` for `dprobs`.

**Why it matters.** `probs` and `dprobs` are two tensors of the same shape, so nothing complains:
the forward value is lost, and every line below that reads it reads the gradient.

**Example.** After `y = 3 * x`: `x = 3 * dy` for `dx = 3 * dy`, or `return {"x": dx}`.

**How to see it.** Read the left-hand sides alone, from top to bottom: each starts with a d.
"""


def message(key: str, value: str, line: int, how: str) -> str:
    if how == "key":
        return f"Line {line} returns it under the key `{value}`: it has to be `{key}`."
    return f"Line {line} assigns the gradient to `{value}`, the forward value: write `{key}`."
