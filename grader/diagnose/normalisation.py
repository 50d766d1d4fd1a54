"""The terms of a normalisation in one step: BatchNorm, LayerNorm.

Of z = (x - mean) * s with s = (variance + eps)**-0.5 over N entries, and g what arrives at z:
s * g, less s times the mean of g, less s * z times the sum of g * z over N or N - 1.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

import torch

from grader.bench.point import Point
from grader.course.forward import Chunk
from grader.diagnose.case import Case, summed_to
from grader.diagnose.coefficients import ReplacedTerm, TermCoefficients, counted
from grader.diagnose.linear_fit import combination
from grader.tensors import close

SLIGHT = 1e-6
ITSELF, BY_MEAN, BY_VARIANCE = "the entry itself", "the mean", "the variance"


@dataclass(frozen=True)
class Normalisation:
    chunk: Chunk  # of z
    over: tuple[int, ...]  # the dimensions of its mean
    z: torch.Tensor
    s: torch.Tensor
    count: int  # N
    divisor: int  # N or N - 1

    def mean(self, g: torch.Tensor, over: tuple[int, ...] | None = None) -> torch.Tensor:
        """The part through the mean."""
        return -self.s * g.sum(self.over if over is None else over, keepdim=True) / self.count

    def share(self, gz: torch.Tensor) -> torch.Tensor:
        """The part through the variance, from the sum of g * z, or what stands for it."""
        return -self.s * self.z * gz / self.divisor

    def total(self, tensor: torch.Tensor) -> torch.Tensor:
        return tensor.sum(self.over, keepdim=True)


def by_normalised(case: Case) -> TermCoefficients | None:
    """Where another tensor stands for one of the terms; how many there are, uses tell."""
    for chunk in case.point.exercise.forward_pass.chunks_towards(case.name, case.cut):
        z = case.point.values[chunk.name]
        if not torch.is_tensor(z) or z.shape != case.value.shape or z.dim() < 2:
            continue
        aside = _aside(case, chunk)
        for found in _normalisations(case, chunk, z):
            g = case.upstream(chunk)
            terms = {
                ITSELF: found.s * g,
                BY_MEAN: found.mean(g),
                BY_VARIANCE: found.share(found.total(g * z)),
            }
            if close(sum(terms.values(), aside), case.expected):
                held = counted(case, "normalised", {**terms, "aside": aside}, _foreign(case, found))
                if held is None or held.told is None:
                    held = _other_count(case, found, terms, aside)
                return held
    return None


def _other_count(
    case: Case, norm: Normalisation, terms: dict[str, torch.Tensor], aside: torch.Tensor
) -> TermCoefficients | None:
    """A size that stands for N, by how much the parts through mean and variance are off."""
    whole = [tensor.expand_as(case.value) for tensor in terms.values()]
    numbers = combination(case.result - aside, whole)
    held = {} if numbers is None else dict(zip(terms, numbers, strict=True))
    for used, number in case.sizes.items():
        if not held or number in (norm.count, 1) or abs(held[ITSELF] - 1) > SLIGHT:
            continue
        least = number - (norm.count - norm.divisor)
        off = (held[BY_MEAN] - norm.count / number, held[BY_VARIANCE] - norm.divisor / least)
        if all(abs(one) < SLIGHT for one in off):
            found = {"used": used, "number": number, "count": norm.count}
            return TermCoefficients("normalised", held, told=("batch-size-for-count", found))
    return None


def _aside(case: Case, chunk: Chunk) -> torch.Tensor:
    """What comes back through uses that do not lead to the normalised value."""
    chunks = case.point.exercise.forward_pass.chunk
    inside, pending = {chunk.name}, [chunk]
    while pending:
        reads = [chunks[read] for read in pending.pop().reads if read in chunks]
        pending += [read for read in reads if read.name not in inside]
        inside |= {read.name for read in reads}
    apart = [own for name, own in case.contributions.items() if name not in inside]
    return sum(apart, torch.zeros_like(case.value))


def _normalisations(case: Case, chunk: Chunk, z: torch.Tensor) -> Iterator[Normalisation]:
    x = case.value
    scales = [case.point.values[read] for read in chunk.reads if read != case.name]
    for over in _some(x.dim()):
        deviation = x - x.mean(over, keepdim=True)
        for s in scales:
            if not torch.is_tensor(s) or not s.is_floating_point() or s.shape == x.shape:
                continue
            if summed_to(x, s.shape) is not None and close(deviation * s, z):
                count = prod(x.shape[at] for at in over)
                for divisor in (count, max(count - 1, 1)):
                    yield Normalisation(chunk, over, z, s, count, divisor)


def _some(dimensions: int) -> Iterator[tuple[int, ...]]:
    for count in range(1, dimensions + 1):
        yield from itertools.combinations(range(dimensions), count)


def _foreign(case: Case, norm: Normalisation) -> Iterator[ReplacedTerm]:
    above = {
        name: given
        for name in _reached(case, norm.chunk)
        for given in (case.point.upstream.get(name), case.point.values.get(f"d{name}"))
        if given is not None and (name in case.cut or not case.cut)
    }
    if len(above) != 1:
        return
    ((upstream, given),) = above.items()
    local = _at(case, norm.chunk, upstream, torch.ones_like(given))
    yield from _other_upstream(case, norm, upstream, local)
    yield from _other_sums(norm, given, local)
    z, total = norm.chunk.name, norm.total
    left_out = {"chunk": norm.chunk.source, "left_out": f"{z} (in the part through the variance)"}
    found = ("local-derivative-left-out", left_out)
    yield ReplacedTerm(BY_VARIANCE, norm.share(total(local * given)), found)
    inner = total(local * given * norm.z)
    yield ReplacedTerm(BY_VARIANCE, -norm.s * inner / norm.divisor, found)


def _reached(case: Case, chunk: Chunk) -> set[str]:
    """The chunk, and what lies between it and the cut."""
    towards = case.point.exercise.forward_pass.chunks_towards(chunk.name, case.cut)
    return {chunk.name} if chunk.name in case.cut else {other.name for other in towards}


def _at(case: Case, chunk: Chunk, upstream: str, tensor: torch.Tensor) -> torch.Tensor:
    """What arrives at z, were this tensor the gradient from above."""
    if chunk.name == upstream:
        return tensor
    point = Point(case.point.trial, case.point.values, {upstream: tensor})
    return point.gradient(chunk.name, {upstream})


def _other_upstream(
    case: Case, norm: Normalisation, upstream: str, local: torch.Tensor
) -> Iterator[ReplacedTerm]:
    """In one term only: no upstream gradient, or another tensor in its place."""
    source, z, total = norm.chunk.source, norm.z, norm.total
    for term, tensor in (
        (ITSELF, norm.s * local),
        (BY_MEAN, norm.mean(local)),
        (BY_VARIANCE, norm.share(total(local * z))),
        (BY_VARIANCE, norm.share(local)),
        (BY_VARIANCE, norm.share(local * norm.divisor)),
    ):
        alone = {"chunk": source, "upstream": f"d{upstream}", "term": f"the part through {term}"}
        yield ReplacedTerm(term, tensor.expand_as(z), ("upstream-left-out", alone))
    shape = case.point.values[upstream].shape
    others = [(name, value) for name, value in case.same_shape_values(shape)]
    others += [(f"d{name}", value) for name, value in case.stand_ins(shape) if name != upstream]
    for used, value in others:
        g = _at(case, norm.chunk, upstream, value)
        found = ("value-for-gradient", {"used": used, "meant": f"d{upstream}"})
        yield ReplacedTerm(ITSELF, norm.s * g, found)
        yield ReplacedTerm(BY_MEAN, norm.mean(g).expand_as(z), found)
        yield ReplacedTerm(BY_VARIANCE, norm.share(total(g * z)), found)


def _other_sums(
    norm: Normalisation, given: torch.Tensor, local: torch.Tensor
) -> Iterator[ReplacedTerm]:
    """A sum over other dimensions, or none."""
    z = norm.z
    for over in _some(z.dim()):
        if over == norm.over:
            continue
        found = ("summed-wrong-dimension", {"summed": list(over), "shape": list(z.shape)})
        entries = prod(z.shape[at] for at in over)
        for scale in (1.0, norm.count / entries):  # a sum over N as before, or a mean
            if given.shape == z.shape:
                mean = local * norm.mean(given, over) * scale
                yield ReplacedTerm(BY_MEAN, mean.expand_as(z), found)
                gz = local * (given * z).sum(over, keepdim=True)
                yield ReplacedTerm(BY_VARIANCE, norm.share(gz * scale), found)
    spread = {"value": f"the scale of `{norm.chunk.source}`", "shape": None, "expected": None}
    for scale in (1, norm.divisor):
        tensor = norm.share(local * given * z * scale)
        yield ReplacedTerm(BY_VARIANCE, tensor, ("not-summed", spread))
