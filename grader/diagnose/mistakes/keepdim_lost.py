"""keepdim was lost: the right numbers in the wrong shape.

**What it is.** A sum dropped the dimension that the value has with size 1 (or kept one
that it has not).

**Why it matters.** `(64,)` and `(1, 64)` look alike until they meet a `(64, 64)` or a
`(32, 1)`; then broadcasting makes something else of each. The lecture's own `cmp` lets it
pass.

**Example.** For `m = x.mean(1, keepdim=True)` with x `(4, 5)`, dm is `(4, 1)`;
`g.sum(1)` is `(4,)`.

**How to see it.** `dx.shape == x.shape`, always.
"""

from grader.diagnose.mistakes.case import Case, Evidence


def find(case: Case) -> Evidence | None:
    shape, due = list(case.result.shape), list(case.value.shape)
    if shape == due or [s for s in shape if s != 1] != [s for s in due if s != 1]:
        return None
    if not case.matches(case.expected.reshape(case.result.shape)):
        return None
    return {"shape": shape, "expected": due}


def message(shape: list[int], expected: list[int]) -> str:
    return (
        f"The right numbers in shape {tuple(shape)}, and {tuple(expected)} is due: see to keepdim."
    )
