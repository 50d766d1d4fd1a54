"""The upstream gradient was added instead of multiplied.

**What it is.** The line has `+` for `*`.

**Why it matters.** The chain rule multiplies: a gradient of 0 from above has to give 0 here. Sums
are for a value that is used more than once, one term for each use.

**Example.** For `y = x.sin()`, `dx = x.cos() + dy` is not 0 where dy is.

**How to see it.** Imagine dy twice as large: the whole of dx should be twice as large.
"""

import ast
from collections.abc import Iterator
from dataclasses import replace

import torch

from grader.bench.point import Point
from grader.course.forward import Chunk
from grader.diagnose.case import Case, Evidence, stretched, summed_to
from grader.syntax.methods import methods


def find(case: Case) -> Evidence | None:
    if not _adds(case):
        return None  # of what sums to zero, `+ x` gives the same as no x
    for chunk, whole in _sums(case):
        if case.matches(whole):
            return {"chunk": chunk.source, "upstream": f"d{chunk.name}"}
    between_them = case.point.exercise.forward_pass.chunks_towards(case.name, case.cut)
    for between in (chunk.name for chunk in between_them if chunk.name not in case.cut):
        for chunk, whole in _sums(replace(case, name=between)):
            given = {**case.point.upstream, between: whole}
            point = Point(case.point.trial, case.point.values, given)
            if case.matches(point.gradient(case.name, case.cut | {between})):
                return {"chunk": chunk.source, "upstream": f"d{chunk.name}"}
    return None


def _adds(case: Case) -> bool:
    """Whether there is a + in the line, or in the method that it stands in."""
    method, _, target = case.point.exercise.place(case.name).partition(":")
    within: list[ast.AST] = [dict(methods(case.submission.tree))[method]] if target else []
    nodes = (node for top in within or case.statements for node in ast.walk(top))
    return any(isinstance(node, ast.Add) for node in nodes)


def _sums(case: Case) -> Iterator[tuple[Chunk, torch.Tensor]]:
    """A chunk, and the whole gradient with + for * in that chunk's part."""
    for chunk in case.consumers:
        upstream = case.upstream(chunk)
        ones = case.ones_like(upstream)
        for local in (case.send_back(chunk, ones), case.spread_of(chunk, ones)):
            if local is None or chunk.name == "loss":
                continue
            over = stretched(upstream, local.shape)
            added = None if over is None else summed_to(local + over, case.value.shape)
            whole = None if added is None else case.with_other(chunk, added)
            if whole is not None:
                yield chunk, whole


def message(chunk: str, upstream: str) -> str:
    return f"{upstream} is added to the derivative of `{chunk}`: the chain rule multiplies the two."
