"""The epsilon of the forward pass was left out.

**What it is.** The chunk adds a small constant before it divides or takes a root; the
gradient was derived without it.

**Why it matters.** The error is tiny where the variance is large, and large where the
variance is small, which is exactly where the epsilon matters.

**Example.** For `y = (v + 1e-3)**-1`, `dv = -(v + 1e-3)**-2 * dy`.

**How to see it.** The result agrees with the right one in the first few digits only.
"""

import ast
from collections.abc import Iterator

from grader.course.forward import Chunk
from grader.diagnose.case import Case, Evidence
from grader.diagnose.predicted_by_course import foretold

SMALL = 1e-2


def find(case: Case) -> Evidence | None:
    if case.name in case.point.exercise.values:
        chunks = case.point.exercise.forward_pass.chunks if foretold(case, "eps-left-out") else ()
        return next(({"eps": e, "chunk": c.source} for c in chunks for e, _ in _without(c)), None)
    for chunk in case.consumers:
        for eps, expression in _without(chunk):
            without = case.send_back(chunk, expression=expression)
            whole = None if without is None else case.with_other(chunk, without)
            if whole is not None and case.matches(whole):
                return {"eps": eps, "chunk": chunk.source}
    return None


def _without(chunk: Chunk) -> Iterator[tuple[float, str]]:
    """Each small constant of a chunk, and its expression with 0 in that place."""
    tree = ast.parse(chunk.expression, mode="eval")
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            eps = node.value
            if 0 < abs(eps) < SMALL:
                node.value = 0.0
                yield eps, ast.unparse(tree)
                node.value = eps


def message(eps: float, chunk: str) -> str:
    return f"The {eps:g} of `{chunk}` was left out."
