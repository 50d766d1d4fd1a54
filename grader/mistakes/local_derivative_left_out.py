"""The local derivative was left out: the upstream gradient passed on as it came.

**What it is.** The line hands on what arrived, as if the chunk were an addition.

**Why it matters.** Only a sum passes its gradient on unchanged. Everything else scales or
routes it.

**Example.** For `y = x.sin()`, `dx = dy` lacks the factor `x.cos()`.

**How to see it.** Ask of the chunk: if this value moves by a little, by how much does the
result move? That factor has to be in the line.
"""

from collections.abc import Iterator

import torch

from grader.mistakes.case import Case, Evidence, stretched, summed_to
from grader.mistakes.factor import exchanged_factors, factor_between, proportional
from grader.mistakes.parts import told


def find(case: Case) -> Evidence | None:
    return told(case, "local-derivative-left-out") or _whole(case)


def _whole(case: Case) -> Evidence | None:
    factors = exchanged_factors(case)
    if factors is not None and factors[1] and not factors[0]:
        return {"chunk": case.consumers[0].source, "left_out": factors[1]}
    for chunk in case.consumers:
        if chunk.name == "loss":  # what arrives there is 1
            continue
        own = case.contributions[chunk.name]
        for passed_on in _shaped(case, case.upstream(chunk)):
            whole = case.with_other(chunk, passed_on)
            if proportional(case, own, passed_on):
                continue  # the local derivative is a number
            evidence = {"chunk": chunk.source, "left_out": ""}
            if whole is not None and case.matches(whole):
                return evidence
            if case.result.shape == case.expected.shape == passed_on.shape:
                rest = case.result - (case.expected - own)
                if factor_between(case, rest, passed_on) is not None:
                    return evidence
    return None


def _shaped(case: Case, upstream: torch.Tensor) -> Iterator[torch.Tensor]:
    """The upstream gradient as it is, summed to the value's shape, stretched to it."""
    yield upstream
    for shaped in (summed_to(upstream, case.value.shape), stretched(upstream, case.value.shape)):
        if shaped is not None:
            yield shaped


def message(chunk: str, left_out: str) -> str:
    if left_out:
        return f"The factor {left_out} is not in it."
    return f"What arrives is passed on as it is: the derivative of `{chunk}` is not in it."
