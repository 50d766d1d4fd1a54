"""Repeated indices overwrite one another instead of adding up.

**What it is.** A row that was looked up several times gets a gradient from each use. Plain
assignment through an index keeps the last one only; so does `x[i] += g` for a tensor of
indices, which reads and writes each row once.

**Why it matters.** The commonest characters, used most, lose the most.

**Example.** For `y = T[i]` with i = [2, 2, 0], `dT[2]` is `dy[0] + dy[1]`.

**How to see it.** Take an index that occurs twice, and follow both through the line.
"""

import ast
from collections.abc import Iterator

import torch

from grader.forward import Chunk
from grader.mistakes.case import Case, Evidence
from grader.mistakes.uses import LEAF, arrives_at_leaf


def find(case: Case) -> Evidence | None:
    if case.name in case.scene.exercise.values:  # a table of counts, say
        once = (case.expected != 0).to(case.expected.dtype)
        counts = torch.equal(case.expected, case.expected.round())
        return {"index": None, "value": case.name} if counts and case.matches(once) else None
    if case.result.shape != case.value.shape or case.matches(case.expected):
        return None
    for chunk in case.consumers:
        for index, arrives in _looked_up(case, chunk):
            indices = case.scene.values[index]
            flat = indices.flatten()
            rows = arrives.reshape(len(flat), *case.value.shape[1:])
            others = case.expected - torch.zeros_like(case.value).index_add(0, flat, rows)
            if _keeps_one(case, flat, rows, others) or _one_a_slice(case, indices, arrives, others):
                return {"index": index, "value": case.name}
    return None


def _looked_up(case: Case, chunk: Chunk) -> Iterator[tuple[str, torch.Tensor]]:
    """The index of each `x[index]` in the chunk, and what arrives for the rows."""
    tree = ast.parse(chunk.expression, mode="eval")
    for node in ast.walk(tree):
        match node:
            case ast.Subscript(value=ast.Name(id=table), slice=ast.Name(id=index)) if (
                table == case.name
            ):
                text = ast.unparse(tree.body).replace(ast.unparse(node), LEAF)
                rows = case.value[case.scene.values[index]]
                yield index, arrives_at_leaf(case, chunk, text, rows)


def _keeps_one(case: Case, flat: torch.Tensor, rows: torch.Tensor, others: torch.Tensor) -> bool:
    """Whether every row that is used holds one of its contributions, and not always their sum.

    `others`: what other uses send back; it was overwritten as well, or added to.
    """
    unused = torch.ones(len(others), dtype=torch.bool).index_fill(0, flat, False)
    if not torch.allclose(case.result[unused], others[unused], 1e-9, 1e-12):
        return False
    return all(
        any(
            torch.allclose(case.result[row], one, 1e-9, 1e-12)
            for own in rows[flat == row]
            for one in (own, own + others[row])
        )
        for row in flat.unique()  # type: ignore[no-untyped-call]
    )


def _one_a_slice(
    case: Case, indices: torch.Tensor, arrives: torch.Tensor, others: torch.Tensor
) -> bool:
    """`dx[i[k]] += g[k]` in a loop over k: repeats within one i[k] are lost."""
    for dimension in range(indices.dim() - 1, -1, -1):
        summed = others.clone()
        for k in range(indices.shape[dimension]):
            index = indices.select(dimension, k)
            summed[index] += arrives.select(dimension, k)
        if case.matches(summed):
            return True
    return False


def message(index: str | None, value: str) -> str:
    if index is None:
        return (
            f"{value} holds 1 where it should hold more: an index that comes up several times is "
            "written several times, not added up."
        )
    return (
        f"Only one use of each row of {value} is kept: `{index}` holds the same index several "
        "times, and their gradients add up."
    )
