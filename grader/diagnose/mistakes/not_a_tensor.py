"""The gradient is not a tensor.

**What it is.** A gradient is a plain, dense `torch.Tensor` with the shape of its value. A
number, a numpy array, a list, a sparse tensor or a Parameter does not count.

**Why it matters.** A number broadcasts against anything: comparing `0.0` with a whole
matrix of zeros says True, even if the gradient should have been a matrix.

**Example.** For `y = x.relu()`, `dx = 0.0` is a number even where every entry of x is
negative; `torch.zeros_like(x)` is the gradient.

**How to see it.** `print(type(dx))`.
"""


def message(kind: str, expected_shape: list[int]) -> str:
    what = kind.removeprefix("builtins.")
    got = what if " " in what else f"`{what}`"
    return f"Expected a plain tensor of shape {tuple(expected_shape)}, got {got}."
