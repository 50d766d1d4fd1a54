"""One number for all of them, where each entry of the value needs its own.

**What it is.** The forward pass sums over a dimension; the gradient has lost that dimension, or has
it with size 1, where the value has all its entries.

**Why it matters.** Each entry of a sum gets the upstream gradient of that sum. Broadcasting often
does it later by itself, and then a sum over the entries counts one instead of all.

**Example.** For `s = x.sum(0, keepdim=True)` with x `(4, 5)`: `dx = torch.ones_like(x) * ds` is
`(4, 5)`; ds alone is `(1, 5)`.

**How to see it.** `dx.shape == x.shape`, always.
"""

from grader.diagnose.case import Case, Evidence, stretched


def find(case: Case) -> Evidence | None:
    given = case.result
    if given.numel() >= case.expected.numel() or given.numel() < 2:
        return None
    spread = stretched(given, case.expected.shape)
    if spread is None or not bool((spread - case.expected).abs().max() <= _least(case)):
        return None
    return {"value": case.name, "shape": list(given.shape), "expected": list(case.value.shape)}


def _least(case: Case) -> float:
    return case.tolerance * case.expected.abs().max().item()


def message(value: str, shape: list[int], expected: list[int]) -> str:
    return (
        f"The numbers are right, but stand for all entries at once: the shape is {tuple(shape)} "
        f"and should be {tuple(expected)}. Spread them: `torch.ones_like({value}) * ...`."
    )
