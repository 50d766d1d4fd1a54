"""The d stands on the wrong factor of the product.

**What it is.** For `z = x * y`, dx is `y * dz`. Here it is the gradient of y times z: the letters
are right, and the d is not where it belongs.

**Why it matters.** It reads as if it were right, and the shapes agree.

**Example.** For `area = width * height`: `dwidth = height * darea`, not `dheight * area`.

**How to see it.** Only one gradient arrives at a product: that of its result.
"""

import ast

import torch

from grader.diagnose.arithmetic import moved_d
from grader.diagnose.case import Case, Evidence, summed_to


def find(case: Case) -> Evidence | None:
    moved = moved_d(case)
    if moved is not None:
        return {"used": moved[0], "meant": moved[1]}
    for chunk in case.consumers:
        other = _other_factor(chunk.expression, case.name)
        given = None if other is None else case.point.upstream.get(other)
        result = case.point.values[chunk.name]
        if other is None or given is None or not torch.is_tensor(result):
            continue
        product = summed_to(given * result, case.value.shape)
        whole = None if product is None else case.with_other(chunk, product)
        if whole is not None and case.matches(whole):
            return {"used": f"d{other} * {chunk.name}", "meant": f"{other} * d{chunk.name}"}
    return None


def _other_factor(expression: str, name: str) -> str | None:
    """y of `x * y`, also where something is added to it."""
    for node in ast.walk(ast.parse(expression, mode="eval")):
        match node:
            case ast.BinOp(op=ast.Mult(), left=ast.Name(id=one), right=ast.Name(id=other)):
                if name in (one, other) and one != other:
                    return other if name == one else one
    return None


def message(used: str, meant: str) -> str:
    return f"`{used}` is used instead of `{meant}`: the d stands on the wrong factor."
