"""The gradient is transposed.

**What it is.** Rows and columns are swapped, usually in a matrix product with its factors
in the wrong order.

**Why it matters.** With a square matrix there is no error.

**Example.** For `y = A @ B`, `dB = A.T @ dy`; `dy.T @ A` is its transpose.

**How to see it.** Write the shapes below the product; only one order gives the right one.
"""

from grader.diagnose.case import Case, Evidence


def find(case: Case) -> Evidence | None:
    for own in (case.expected, *case.contributions.values()):
        if own.dim() < 2:
            continue
        square = own.shape == own.mT.shape  # beside another use, no other one could be added
        if case.matches(case.expected - own + own.mT if square else own.mT):
            return {"shape": list(case.result.shape), "expected": list(case.value.shape)}
    return None


def message(shape: list[int], expected: list[int]) -> str:
    if shape != expected:
        return (
            f"This is the transpose of the gradient: its shape is {tuple(shape)} and should be "
            f"{tuple(expected)}."
        )
    return "This is the transpose of the gradient: rows and columns are swapped."
