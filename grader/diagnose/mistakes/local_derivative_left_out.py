"""The local derivative was left out.

**What it is.** The line passes the upstream gradient on unchanged, as if the chunk were an
addition.

**Why it matters.** Addition passes a gradient on unchanged. Nearly everything else scales
it or sends it somewhere.

**Example.** For `y = x.sin()`, `dx = dy` lacks the factor `x.cos()`.

**How to see it.** Ask of the chunk: if this value changes a little, by how much does the
result change? That factor has to be in the line.
"""

from collections.abc import Iterator

import torch

from grader.course.forward import Chunk
from grader.diagnose.case import Case, Evidence, stretched, summed_to
from grader.diagnose.factor import (
    exchanged_factors,
    factor_between,
    names_of,
    proportional,
)
from grader.diagnose.terms import told


def find(case: Case) -> Evidence | None:
    return told(case, "local-derivative-left-out") or _whole(case)


def _whole(case: Case) -> Evidence | None:
    for chunk in case.consumers:
        for read in chunk.reads:
            if _as_if_ones(case, chunk, read):
                return {"chunk": chunk.source, "left_out": read}
    factors = exchanged_factors(case)
    if factors is not None and factors[1] and not factors[0]:
        return {"chunk": case.consumers[0].source, "left_out": factors[1]}
    numbers = case.point.exercise.kind.plain_numbers
    for chunk in case.consumers:
        if chunk.name == "loss" and not numbers:  # its upstream gradient is 1
            continue
        own = case.contributions[chunk.name]
        for passed_on in _shaped(case, case.upstream(chunk)):
            whole = case.with_other(chunk, passed_on)
            if proportional(case, own, passed_on) or _reshaped(own, passed_on):
                continue  # the local derivative is a number, or there is none but the shape
            evidence = {"chunk": chunk.source, "left_out": ""}
            if whole is not None and case.matches(whole):
                return evidence
            if case.result.shape == case.expected.shape == passed_on.shape:
                rest = case.result - (case.expected - own)
                if factor_between(case, rest, passed_on) is not None:
                    return evidence
    return None


def _reshaped(one: torch.Tensor, other: torch.Tensor) -> bool:
    return one.shape != other.shape and torch.equal(one.flatten(), other.flatten())


def _as_if_ones(case: Case, chunk: Chunk, read: str) -> bool:
    """Whether the line is the derivative of the chunk, were this factor not in it."""
    value = case.point.values[read]
    if read == case.name or not torch.is_tensor(value) or not value.is_floating_point():
        return False
    own = case.contributions[chunk.name]
    without = case.send_back(chunk, values={read: case.ones_like(value)})
    if without is None or case.result.shape != own.shape or proportional(case, own, without):
        return False
    if case.matches(case.expected - own + without):
        return True
    factor = factor_between(case, case.result - (case.expected - own), without)
    return factor is not None and bool(names_of(case, factor))


def _shaped(case: Case, upstream: torch.Tensor) -> Iterator[torch.Tensor]:
    """The upstream gradient as it is, summed to the value's shape, stretched to it: along a
    dimension that the chunk has taken away, too."""
    yield upstream
    shape = case.value.shape
    for at in range(len(shape)):
        if upstream.shape == shape[:at] + shape[at + 1 :]:
            yield upstream.unsqueeze(at).expand(shape)
    for shaped in (summed_to(upstream, case.value.shape), stretched(upstream, case.value.shape)):
        if shaped is not None:
            yield shaped


def message(chunk: str, left_out: str) -> str:
    if left_out:
        return f"The factor {left_out} was left out."
    return f"The upstream gradient is passed on as it is: the derivative of `{chunk}` is missing."
