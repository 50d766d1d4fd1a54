"""Something else than a tensor was given.

**What it is.** A gradient is a plain, dense `torch.Tensor` with the shape of the value it
belongs to. A number, a numpy array, a list, a sparse tensor or a Parameter is not.

**Why it matters.** A number broadcasts against anything: comparing `0.0` with a whole
matrix of zeros says True, and says nothing about the other entries.

**Example.** For `y = x.relu()`, `dx = 0.0` is a number even where every entry of x is
negative; `torch.zeros_like(x)` is its gradient.

**How to see it.** `print(type(dx))`.
"""


def message(kind: str, expected_shape: list[int]) -> str:
    what = kind.removeprefix("builtins.")
    return f"This is {what}; a plain tensor of shape {tuple(expected_shape)} is due."
