"""The terms that a gradient is made of, and how many of each a line holds.

Six ways to take a gradient apart: by the uses of the value (its contributions), by the terms
of a sum that is a factor of one, by the terms of an elementwise derivative (powers of the
result: tanh has 1 - y**2), by the two terms of cross-entropy (softmax minus one-hot), by the
two of a softmax in the middle of a network (what an entry receives itself, less its share of
what the row does), and by the three of a normalisation in one step. In each, the right gradient
holds every term once; what a wrong one holds instead says what went wrong.
"""

from collections.abc import Iterator
from functools import lru_cache

import torch

from grader.diagnose.case import Case, Evidence
from grader.diagnose.coefficients import ReplacedTerm, TermCoefficients, counted, picked
from grader.diagnose.linear_fit import combination, tidy
from grader.diagnose.normalisation import by_normalised
from grader.diagnose.uses import sums_of, uses_of
from grader.tensors import close

POWERS = (0, 1, 2, 3)
ITSELF, ITS_SHARE = "the entry itself", "the sum over its row"


def told(case: Case, mistake: str) -> Evidence | None:
    """What this mistake shows, where a term that does not belong there is its mark."""
    marks = (held.told for held in held_terms(case) if held.told is not None)
    return next((evidence for known, evidence in marks if known == mistake), None)


@lru_cache(maxsize=8)
def held_terms(case: Case) -> tuple[TermCoefficients, ...]:
    """The line as a combination of terms, for every way that takes it apart exactly."""
    if case.result.shape != case.expected.shape or not torch.isfinite(case.result).all():
        return ()
    found = (way(case) for way in WAYS)
    return tuple(held for held in found if held is not None)


def _by_use(case: Case) -> TermCoefficients | None:
    uses = uses_of(case)
    if len(uses) < 2:
        return None
    numbers = combination(case.result, list(uses.values()))
    return (
        None if numbers is None else TermCoefficients("use", dict(zip(uses, numbers, strict=True)))
    )


def _by_sum(case: Case) -> TermCoefficients | None:
    terms = sums_of(case)
    numbers = combination(case.result, list(terms.values()))
    return (
        None if numbers is None else TermCoefficients("sum", dict(zip(terms, numbers, strict=True)))
    )


def _by_power(case: Case) -> TermCoefficients | None:
    """Of an elementwise chunk: its derivative in powers of its result y."""
    if len(case.consumers) != 1:
        return None
    (chunk,) = case.consumers
    result, upstream = case.point.values[chunk.name], case.upstream(chunk)
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
    return TermCoefficients("power", count, others)


def _by_softmax(case: Case) -> TermCoefficients | None:
    """Of cross-entropy: h * (softmax - one_hot), where h is the upstream gradient of each row."""
    value, classes = case.value, case.value.shape[-1:]
    if value.dim() < 2:
        return None
    softmax = torch.softmax(value, -1)
    for name, index in case.point.values.items():
        if not torch.is_tensor(index) or index.dtype != torch.int64:
            continue
        if index.shape != value.shape[:-1] or not 0 <= int(index.max()) < classes[0]:
            continue
        one_hot = torch.nn.functional.one_hot(index, classes[0]).to(softmax.dtype)
        difference = softmax - one_hot
        h = (case.expected * difference).sum(-1, keepdim=True)
        h = h / (difference**2).sum(-1, keepdim=True)
        if close(h * difference, case.expected):
            right = f"the one-hot of {name}"
            terms = {"softmax": h * softmax, right: -h * one_hot}
            return counted(case, "softmax", terms, _instead_of_softmax(case, h, name, index))
    return None


def _instead_of_softmax(
    case: Case, h: torch.Tensor, name: str, index: torch.Tensor
) -> Iterator[ReplacedTerm]:
    value, one_hot = case.value, f"the one-hot of {name}"
    everywhere = {"what": one_hot, "everywhere": True}
    yield ReplacedTerm(one_hot, -h * torch.ones_like(value), ("no-one-hot", everywhere))
    for along in range(value.dim() - 1):
        other = torch.softmax(value, along)
        found = {"summed": [along], "shape": list(value.shape)}
        yield ReplacedTerm("softmax", h * other, ("summed-wrong-dimension", found))
    for how, where in picked(index, value) if value.dim() == 2 and index.dim() == 1 else ():
        wider = {"index": name, "how": how}
        yield ReplacedTerm(one_hot, -h * where.to(value.dtype), ("picks-too-much", wider))
    number = index.unsqueeze(-1).to(value.dtype).expand_as(value)
    yield ReplacedTerm(one_hot, -h * number, ("index-for-one-hot", {"index": name}))
    others = [*case.same_shape_values(value.shape), (f"{case.name}.exp()", value.exp())]
    others.append((f"log_softmax({case.name})", torch.log_softmax(value, -1)))
    for used, tensor in others:
        yield ReplacedTerm(
            "softmax",
            h * tensor,
            ("value-for-gradient", {"used": used, "meant": f"softmax({case.name})"}),
        )


def _by_weights(case: Case) -> TermCoefficients | None:
    """Of a softmax y over some dimension: y * dy, less y times the sum of that."""
    between = case.point.exercise.forward_pass.chunks_towards(case.name, case.cut)
    for chunk in between:
        weights = case.point.values[chunk.name]
        if not torch.is_tensor(weights) or weights.shape != case.value.shape:
            continue
        arrives = case.upstream(chunk)
        own = weights * arrives
        for along in range(weights.dim()):
            share = weights * own.sum(along, keepdim=True)
            if close(own - share, case.expected):
                foreign = _instead_of_weights(chunk.name, chunk.source, along, weights, arrives)
                return counted(case, "weights", {ITSELF: own, ITS_SHARE: -share}, foreign)
    return None


def _instead_of_weights(
    name: str, source: str, along: int, weights: torch.Tensor, arrives: torch.Tensor
) -> Iterator[ReplacedTerm]:
    own, upstream = weights * arrives, f"d{name}"
    unsummed = {"softmax": name, "dimension": along}
    yield ReplacedTerm(ITS_SHARE, -weights * own, ("softmax-elementwise", unsummed))
    others = [(other,) for other in range(own.dim()) if other != along]
    for other in (*others, tuple(range(own.dim()))):
        summed = {"summed": list(other), "shape": list(own.shape)}
        tensor = -weights * own.sum(other, keepdim=True)
        yield ReplacedTerm(ITS_SHARE, tensor, ("summed-wrong-dimension", summed))
    left_out = {"chunk": source, "left_out": f"{name} (in the sum over a row)"}
    tensor = -weights * arrives.sum(along, keepdim=True)
    yield ReplacedTerm(ITS_SHARE, tensor, ("local-derivative-left-out", left_out))
    for term, sign in ((ITSELF, 1), (ITS_SHARE, -1)):
        alone = {"chunk": source, "upstream": upstream, "term": f"the part through {term}"}
        yield ReplacedTerm(term, sign * weights, ("upstream-left-out", alone))
        used = weights**2 if sign > 0 else weights * (weights**2).sum(along, keepdim=True)
        meant = {"used": name, "meant": upstream}
        yield ReplacedTerm(term, sign * used, ("value-for-gradient", meant))


WAYS = (_by_use, _by_sum, _by_power, _by_softmax, _by_weights, by_normalised)
