"""The terms that a gradient is made of, and how many of each a line holds.

Four ways to take a gradient apart: by the uses of the value (its contributions), by the
terms of an elementwise derivative (powers of the result: tanh has 1 - y**2), by the two
terms of cross-entropy (softmax minus one-hot), and by the two of a softmax in the middle of
a network (what an entry receives itself, less its share of what the row does). In each, the
right gradient holds every term once; what a wrong one holds instead says what went wrong.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch

from grader.mistakes.case import Case
from grader.mistakes.fitting import combination, tidy

POWERS = (0, 1, 2, 3)


@dataclass(frozen=True)
class Held:
    """How many of each term the line holds, where the right gradient holds one."""

    by: str  # "use", "power", "softmax" or "weights": what the terms are
    count: dict[str, float]  # by a text that names the term
    others: dict[str, float]  # terms that do not belong there


def held_terms(case: Case) -> Iterator[Held]:
    """The line as a combination of terms, for every way that takes it apart exactly."""
    if case.result.shape != case.expected.shape:
        return
    for way in (_by_use, _by_power, _by_softmax, _by_weights):
        found = way(case)
        if found is not None:
            yield found


def _by_use(case: Case) -> Held | None:
    chunks = [
        chunk for chunk in case.consumers if bool((case.contributions[chunk.name] != 0).any())
    ]
    if len(chunks) < 2:
        return None
    numbers = combination(case.result, [case.contributions[chunk.name] for chunk in chunks])
    if numbers is None:
        return None
    return Held("use", {f"`{c.source}`": x for c, x in zip(chunks, numbers, strict=True)}, {})


def _by_power(case: Case) -> Held | None:
    """Of an elementwise chunk: its derivative in powers of its result y."""
    if len(case.consumers) != 1:
        return None
    (chunk,) = case.consumers
    result, upstream = case.scene.values[chunk.name], case.upstream(chunk)
    if not torch.is_tensor(result) or result.shape != case.value.shape or result.dim() == 0:
        return None
    basis = [upstream * result**power for power in POWERS]
    due, given = combination(case.expected, basis), combination(case.result, basis)
    if due is None or given is None:
        return None
    count: dict[str, float] = {}
    others: dict[str, float] = {}
    for power, right, is_given in zip(POWERS, due, given, strict=True):
        term = f"{chunk.name}**{power}" if power else "the constant"
        if abs(right) > 1e-7:
            count[term] = tidy(is_given / right)
        elif abs(is_given) > 1e-7:
            others[term] = is_given
    return Held("power", count, others)


def _by_softmax(case: Case) -> Held | None:
    """Of cross-entropy: h * (softmax - one_hot), where h is what arrives for each row."""
    if case.value.dim() != 2:
        return None
    softmax = torch.softmax(case.value, 1)
    for name, index in case.scene.values.items():
        if not torch.is_tensor(index) or index.dtype != torch.int64 or index.dim() != 1:
            continue
        if len(index) != len(softmax) or int(index.max()) >= softmax.shape[1]:
            continue
        one_hot = torch.nn.functional.one_hot(index, softmax.shape[1]).to(softmax.dtype)
        due = combination(case.expected, [softmax, one_hot])
        if due is None or 0 in due:
            continue
        other = torch.softmax(case.value, 0)
        basis = [softmax, one_hot, torch.ones_like(softmax), other, case.value]
        given = combination(case.result, basis)
        if given is None:
            return None
        terms = ("softmax", f"the one-hot of {name}")
        extra = ("ones", "softmax over the wrong dimension", "the value itself")
        return Held(
            "softmax",
            {
                term: tidy(got / right)
                for term, got, right in zip(terms, given[:2], due, strict=True)
            },
            {term: tidy(got / due[0]) for term, got in zip(extra, given[2:], strict=True) if got},
        )
    return None


def _by_weights(case: Case) -> Held | None:
    """Of a softmax y over some dimension: y * dy, less y times the sum of that."""
    if len(case.consumers) != 1:
        return None
    (chunk,) = case.consumers
    weights, arrives = case.scene.values[chunk.name], case.upstream(chunk)
    if not torch.is_tensor(weights) or weights.shape != case.value.shape:
        return None
    own = weights * arrives
    for dimension in range(weights.dim()):
        basis = [own, -weights * own.sum(dimension, keepdim=True)]
        if combination(case.expected, basis) != [1, 1]:
            continue
        given = combination(case.result, basis)
        terms = ("what an entry itself receives", "what the sum over its row takes off")
        if given is None:
            return None
        return Held("weights", dict(zip(terms, given, strict=True)), {})
    return None
