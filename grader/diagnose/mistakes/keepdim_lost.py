"""The values are right, but a dimension of size 1 was lost or added.

**What it is.** A sum dropped a dimension that the value has with size 1 (or kept one that
the value does not have).

**Why it matters.** `(64,)` and `(1, 64)` look alike until they meet a `(64, 64)` or a
`(32, 1)`: broadcasting then treats them differently. The lecture's own `cmp` does not
notice, because it broadcasts too. So a leading 1 more or less passes here as well, with a
note (`--strict` refuses it); a 1 in any other place does not: `(32,)` for `(32, 1)` would
be a row where a column was meant.

**Example.** For `m = x.mean(1, keepdim=True)` with x `(4, 5)`, dm has shape `(4, 1)`;
`g.sum(1)` has shape `(4,)`.

**How to see it.** `dx.shape == x.shape`, always.
"""

from grader.diagnose.case import Case, Evidence


def find(case: Case) -> Evidence | None:
    shape, due = list(case.result.shape), list(case.value.shape)
    if shape == due or [s for s in shape if s != 1] != [s for s in due if s != 1]:
        return None
    if not case.matches(case.expected.reshape(case.result.shape)):
        return None
    return {"shape": shape, "expected": due}


def message(shape: list[int], expected: list[int]) -> str:
    said = f"The values are right, but the shape is {tuple(shape)} and should be {tuple(expected)}"
    if len(shape) < len(expected):
        return f"{said}: pass `keepdim=True`."
    if len(shape) > len(expected):
        return f"{said}: it has a dimension of size 1 too many."
    return f"{said}."
