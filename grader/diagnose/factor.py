"""Constant factors between gradients, and what they are called."""

import ast
from collections.abc import Iterable, Iterator
from functools import lru_cache
from math import isfinite

import torch

from grader.bench.trial import evaluate
from grader.course.forward import Chunk
from grader.diagnose.case import Case, kept
from grader.diagnose.statements import names_in
from grader.tensors import close


def factor_between(case: Case, one: torch.Tensor, other: torch.Tensor) -> float | None:
    """c, where one = c * other with c neither 0 nor 1; None where there is no such number."""
    if one.shape != other.shape or not torch.isfinite(one).all() or not torch.isfinite(other).all():
        return None
    size = (other * other).sum().item()
    if size == 0:
        return None
    factor = float((one * other).sum().item() / size)
    off = (one - factor * other).abs().max().item()
    scale = max(other.abs().max().item() * abs(factor), case.expected.abs().max().item() * 1e-6)
    if off > case.tolerance * scale or abs(factor) < 1e-6 or abs(factor - 1) < 1e-7:
        return None
    loose = case.tolerance > 1e-9  # of something measured, no more digits than are good
    return float(f"{factor:.5g}") if loose else factor


def names_of(case: Case, factor: float) -> list[str]:
    """What the factor may be called: 2, 1/n, n/(n-1), ...; [] where nothing fits."""
    known = _known_factors(case).items()
    return [name for name, value in known if abs(value - factor) <= 1e-9 * abs(value)]


@kept
def _known_factors(case: Case) -> dict[str, float]:
    known: dict[str, float] = {"2": 2.0, "1/2": 0.5, "-2": -2.0, "-1/2": -0.5}
    for name, size in case.counts.items():
        known[name] = float(size)
        known[f"1/{name}"] = 1 / size
        known[f"{name}/2"], known[f"2/{name}"] = size / 2, 2 / size
        known[f"{name}**0.5"] = size**0.5
        known[f"{name}**-0.5"] = size**-0.5
        if size > 1:
            known[f"{name}/({name}-1)"] = size / (size - 1)
            known[f"({name}-1)/{name}"] = (size - 1) / size
            known[f"({name}-1)"] = size - 1
            known[f"1/({name}-1)"] = 1 / (size - 1)
            known[f"({name}-1)/({name}+1)"] = (size - 1) / (size + 1)
            known[f"{name}**2"] = size**2
            known[f"1/{name}**2"] = 1 / size**2
            known[f"({name}/({name}-1))**0.5"] = (size / (size - 1)) ** 0.5
    worked_out: dict[str, float] = {**case.counts, f"{case.name}.numel()": case.value.numel()}
    for name, count in _numbers(case):
        worked_out.setdefault(name, count)
    for name, number in worked_out.items():
        known.setdefault(name, number)
        known.setdefault(f"1/{name}", 1 / number)
        for other, divisor in worked_out.items():
            if other != name:
                known.setdefault(f"{name}/{other}", number / divisor)
    for name, value in list(known.items()):
        known.setdefault(f"-{name}", -value)
    return known


def _numbers(case: Case) -> Iterator[tuple[str, float]]:
    """Single numbers that the chunks of this gradient work out: x.sum(), size**-0.5."""
    between = case.point.exercise.forward_pass.chunks_towards(case.name, case.cut)
    for chunk in between:
        for node in ast.walk(ast.parse(chunk.expression, mode="eval").body):
            if not isinstance(node, ast.Call | ast.BinOp | ast.Constant | ast.Name):
                continue
            text = ast.unparse(node)
            try:
                found = evaluate(case.point.exercise, text, case.point.values)
            except (NameError, TypeError):  # F.softmax alone, a name inside a comprehension
                continue
            number = found.item() if torch.is_tensor(found) and found.dim() == 0 else found
            if isinstance(number, int | float) and isfinite(number) and number not in (0, 1):
                yield f"({text})" if isinstance(node, ast.BinOp) else text, float(number)


@lru_cache(maxsize=8)
def exchanged_factors(case: Case) -> tuple[str, str] | None:
    """(used, meant): the line is the right gradient with one value as a factor for another.

    An empty name is none: ("", "bnvar_inv") for a factor left out. The whole gradient, or
    one contribution to it. None where it is not so.
    """
    if case.result.shape != case.expected.shape or not torch.isfinite(case.result).all():
        return None
    values = dict(_factors(case))
    wholes = [(case.result, case.expected)]
    if len(case.contributions) > 1:
        contributions = case.contributions.values()
        wholes += [(case.result - (case.expected - own), own) for own in contributions]
        if len(contributions) > 2:  # several of one chain, as in a fused step, beside another use
            wholes += [(case.result - own, case.expected - own) for own in contributions]
    for result, expected in wholes:
        if proportional(case, result, expected):
            continue
        found = _exchanged(case, result, expected, values)
        if found is not None:
            return found
    return None


def _exchanged(
    case: Case, result: torch.Tensor, expected: torch.Tensor, values: dict[str, torch.Tensor]
) -> tuple[str, str] | None:
    between = case.point.exercise.forward_pass.chunks_towards(case.name, case.cut)
    named, below = names_in(case.statements), set(_denominators(between))
    concerned = {name for chunk in between for name in (*chunk.reads, chunk.name)}
    for meant in [name for name in values if name in concerned]:
        with_it = result * values[meant]
        if proportional(case, with_it, expected):
            return "", meant
        for power, text in ((1, f"1/{meant}"), (2, f"1/{meant}**2")):
            divided = meant in below and meant not in named
            if divided and proportional(case, result, expected * values[meant] ** power):
                return "", text
        for other, further in values.items():
            before = other in concerned and other <= meant
            if before and proportional(case, with_it * further, expected):
                return "", f"{meant}**2" if other == meant else f"{other} * {meant}"
            if other != meant and close(with_it, expected * further):
                return other, meant
    return None


def _denominators(chunks: Iterable[Chunk]) -> Iterator[str]:
    for chunk in chunks:
        for node in ast.walk(ast.parse(chunk.expression)):
            match node:
                case ast.BinOp(op=ast.Div(), right=ast.Name(id=name)):
                    yield name


def proportional(case: Case, one: torch.Tensor, other: torch.Tensor) -> bool:
    """Whether one is the other, but for a constant factor."""
    return close(one, other) or factor_between(case, one, other) is not None


def _factors(case: Case) -> Iterator[tuple[str, torch.Tensor]]:
    """Forward values that could be factors of the gradient, entry by entry."""
    shape = case.result.shape
    for name, value in case.point.values.items():
        if not torch.is_tensor(value) or not value.is_floating_point() or value.numel() < 2:
            continue
        fits = value.dim() <= len(shape) and all(
            size in (1, due)
            for size, due in zip(reversed(value.shape), reversed(shape), strict=False)
        )
        zeros = int((value == 0).sum())
        if fits and zeros <= value.numel() // 2 and bool(value.isfinite().all()):
            yield name, value
