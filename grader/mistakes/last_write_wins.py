"""Repeated indices overwrite one another instead of adding up.

**What it is.** A row that was looked up several times gets a gradient from each use. Plain
assignment through an index keeps the last one only; so does `x[i] += g` for a tensor of
indices, which reads and writes each row once.

**Why it matters.** The commonest characters, used most, lose the most.

**Example.** For `y = T[i]` with i = [2, 2, 0], `dT[2]` is `dy[0] + dy[1]`.

**How to see it.** Take an index that occurs twice, and follow both through the line.
"""

import ast

import torch

from grader.mistakes.case import Case, Evidence


def find(case: Case) -> Evidence | None:
    for chunk in case.consumers:
        tree = ast.parse(chunk.expression, mode="eval").body
        match tree:
            case ast.Subscript(value=ast.Name(id=table), slice=ast.Name(id=index)) if (
                table == case.name
            ):
                indices, arrives = case.scene.values[index], case.upstream(chunk)
                if _keeps_one(case, indices, arrives) or _one_a_slice(case, indices, arrives):
                    return {"index": index, "value": case.name}
    return None


def _keeps_one(case: Case, indices: torch.Tensor, arrives: torch.Tensor) -> bool:
    """Whether every row that is used holds one of its contributions, and not always their sum."""
    if case.result.shape != case.value.shape or case.matches(case.expected):
        return False
    flat = indices.flatten()
    rows = arrives.reshape(len(flat), -1)
    for row in flat.unique():  # type: ignore[no-untyped-call]
        given = case.result[row].flatten()
        if not any(torch.allclose(given, own, 1e-9, 1e-12) for own in rows[flat == row]):
            return False
    return True


def _one_a_slice(case: Case, indices: torch.Tensor, arrives: torch.Tensor) -> bool:
    """`dx[i[k]] += g[k]` in a loop over k: repeats within one i[k] are lost."""
    for dimension in range(indices.dim() - 1, -1, -1):
        summed = torch.zeros_like(case.value)
        for k in range(indices.shape[dimension]):
            index = indices.select(dimension, k)
            summed[index] += arrives.select(dimension, k)
        if case.matches(summed) and not case.matches(case.expected):
            return True
    return False


def message(index: str, value: str) -> str:
    return (
        f"Only one use of each row of {value} is kept: `{index}` holds the same index several "
        "times, and their gradients add up."
    )
