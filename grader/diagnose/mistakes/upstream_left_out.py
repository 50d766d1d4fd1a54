"""The upstream gradient was left out.

**What it is.** The line is the local derivative alone: it says how the chunk's result
changes with this value, but not how the loss changes with the chunk's result.

**Why it matters.** The chain rule is a product: local derivative times upstream gradient.

**Example.** For `y = x**3`, `dx = 3 * x**2` lacks the factor `dy`.

**How to see it.** Every line of a backward pass, except at the loss itself, reads at least
one gradient computed above it.
"""

from dataclasses import replace

import torch

from grader.diagnose.case import Case, Evidence, stretched
from grader.diagnose.factor import factor_between, names_of, proportional
from grader.diagnose.terms import told


def find(case: Case) -> Evidence | None:
    return told(case, "upstream-left-out") or _whole(case)


def _whole(case: Case) -> Evidence | None:
    for chunk in case.consumers:
        if chunk.name == "loss":
            continue
        ones = case.ones_like(case.upstream(chunk))
        for expand in (False, True):
            if expand and case.spread(chunk) is None:
                continue
            local = case.send_back(chunk, upstream=ones, expand=expand)
            whole = None if local is None else case.with_other(chunk, local)
            if whole is not None and (case.matches(whole) or _stretches_to(case, whole)):
                return {"chunk": chunk.source, "upstream": f"d{chunk.name}"}
        own = case.contributions[chunk.name]
        for place in (*case.intermediates(), *(case.cut - {chunk.name})):
            ones = case.ones_like(case.point.values[place])
            alone = case.through(chunk, place, ones)
            whole = case.with_other(chunk, alone)
            if whole is not None and case.matches(whole):
                return {"chunk": chunk.source, "upstream": f"d{place}"}
            if case.result.shape == own.shape and not proportional(case, own, alone):
                factor = factor_between(case, case.result - (case.expected - own), alone)
                if factor is not None and names_of(case, factor):
                    return {"chunk": chunk.source, "upstream": f"d{place}"}
        for read in chunk.reads:
            other = case.point.values[read]
            factor = read != case.name and torch.is_tensor(other) and "@" in chunk.expression
            if factor and (case.matches(other) or (other.dim() > 1 and case.matches(other.mT))):
                return {"chunk": chunk.source, "upstream": f"d{chunk.name}"}
    return None


def _stretches_to(case: Case, local: torch.Tensor) -> bool:
    """Whether the line gave the local derivative before it was broadcast to the value."""
    given = stretched(case.result, local.shape)
    if given is None or case.result.shape == local.shape:
        return False
    return replace(case, result=given).matches(local)


def message(chunk: str, upstream: str, term: str = "") -> str:
    if term:
        return f"In `{chunk}`, {term} lacks the factor {upstream}, the upstream gradient."
    return (
        f"This is the local derivative of `{chunk}` alone: the upstream gradient {upstream} is "
        "missing."
    )
