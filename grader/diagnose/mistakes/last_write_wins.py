"""Repeated indices overwrite one another instead of adding up.

**What it is.** A row that was looked up several times gets a gradient from each use. Plain
assignment through an index keeps only the last one; so does `x[i] += g` with a tensor of
indices, which reads and writes each row once.

**Why it matters.** The most frequent characters lose the most.

**Example.** For `y = T[i]` with i = [2, 2, 0], `dT[2]` is `dy[0] + dy[1]`.

**How to see it.** Take an index that occurs twice, and follow both occurrences through the
line.
"""

import ast
from collections.abc import Iterator

import torch

from grader.course.forward import Chunk
from grader.diagnose.case import Case, Evidence
from grader.diagnose.uses import LEAF, arrives_at_leaf, source_of


def find(case: Case) -> Evidence | None:
    if case.name in case.point.exercise.values:  # a table of counts, say
        once = (case.expected != 0).to(case.expected.dtype)
        counts = torch.equal(case.expected, case.expected.round())
        return {"index": None, "value": case.name} if counts and case.matches(once) else None
    if case.result.shape != case.value.shape:
        return None
    for chunk in case.consumers:
        for index, indices, arrives in _looked_up(case, chunk):
            flat = indices.flatten()
            rows = arrives.reshape(len(flat), *case.value.shape[1:])
            others = case.expected - torch.zeros_like(case.value).index_add(0, flat, rows)
            if _keeps_one(case.result, flat, rows, others) or _one_a_slice(
                case, indices, arrives, others
            ):
                return {"index": index, "value": case.name}
        if _one_an_entry(case, chunk):
            return {"index": None, "value": case.name, "chunk": chunk.source}
    return None


def _looked_up(case: Case, chunk: Chunk) -> Iterator[tuple[str, torch.Tensor, torch.Tensor]]:
    """The index of each `x[index]` in the chunk, by name and as it is, and the upstream gradient
    of the rows. A product with one-hot rows looks up as well."""
    tree, values = ast.parse(chunk.expression, mode="eval"), case.point.values
    for node in ast.walk(tree):
        match node:
            case ast.Subscript(value=ast.Name(id=table), slice=ast.Name(id=index)) if (
                table == case.name
            ):
                text = ast.unparse(tree.body).replace(ast.unparse(node), LEAF)
                arrives = arrives_at_leaf(case, chunk, text, case.value[values[index]])
                yield index, values[index], arrives
            case ast.BinOp(left=ast.Name(id=index), op=ast.MatMult(), right=ast.Name(id=table)) if (
                table == case.name and _one_hot(values[index])
            ):
                text = ast.unparse(tree.body).replace(ast.unparse(node), LEAF)
                arrives = arrives_at_leaf(case, chunk, text, values[index] @ case.value)
                yield index, values[index].argmax(1), arrives


def _one_hot(rows: torch.Tensor) -> bool:
    ones = rows == 1
    return rows.dim() == 2 and bool((ones | (rows == 0)).all() and (ones.sum(1) == 1).all())


def _keeps_one(
    result: torch.Tensor, flat: torch.Tensor, rows: torch.Tensor, others: torch.Tensor
) -> bool:
    """Whether every row that is used holds one of its contributions. With a batch in which no
    row is used twice that is right.

    `others`: the contributions of other uses; it was overwritten as well, or added to.
    """
    unused = torch.ones(len(others), dtype=torch.bool).index_fill(0, flat, False)
    if not torch.allclose(result[unused], others[unused], 1e-9, 1e-12):
        return False
    kept = torch.zeros(len(flat), dtype=torch.bool)
    for one in (rows, rows + others[flat]):
        kept |= torch.isclose(result[flat], one, 1e-9, 1e-12).flatten(1).all(1)
    return bool(torch.zeros(len(result)).index_add(0, flat, kept.float())[flat].all())


def _one_an_entry(case: Case, chunk: Chunk) -> bool:
    """The same entry by entry, where the chunk takes entries several times: windows overlap."""
    source = source_of(case, chunk)
    if source is None or len(source) == len(source.unique()):  # type: ignore[no-untyped-call]
        return False
    others = (case.expected - case.contributions[chunk.name]).view(-1, 1)
    arrives = case.upstream(chunk).reshape(-1, 1)
    return _keeps_one(case.result.reshape(-1, 1), source, arrives, others)


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


def message(index: str | None, value: str, chunk: str = "") -> str:
    if chunk:
        return (
            f"`{chunk}` reads entries of {value} several times, but only one contribution to each "
            "entry is kept. They have to be added up."
        )
    if index is None:
        return (
            f"{value} holds 1 where it should hold more: an index that occurs several times is "
            "written each time instead of added."
        )
    return (
        f"Only one use of each row of {value} is kept: `{index}` holds the same index several "
        "times, and the gradients of all its uses have to be added up."
    )
