"""Constant factors between gradients, and what they are called."""

from collections.abc import Iterator

import torch

from grader.mistakes.case import Case


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
    if off > 1e-9 * scale or abs(factor) < 1e-6 or abs(factor - 1) < 1e-7:
        return None
    return factor


def names_of(case: Case, factor: float) -> list[str]:
    """What the factor may be called: 2, 1/n, n/(n-1), ...; [] where nothing fits."""
    known: dict[str, float] = {"2": 2.0, "1/2": 0.5, "-2": -2.0, "-1/2": -0.5}
    for name, size in case.counts.items():
        known[name] = size
        known[f"1/{name}"] = 1 / size
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
    for name, value in list(known.items()):
        known.setdefault(f"-{name}", -value)
    return [name for name, value in known.items() if abs(value - factor) <= 1e-9 * abs(value)]


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
        wholes += [
            (case.result - (case.expected - own), own) for own in case.contributions.values()
        ]
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
    between = case.scene.exercise.forward_pass.chunks_towards(case.name, case.cut)
    concerned = {name for chunk in between for name in (*chunk.reads, chunk.name)}
    for meant in [name for name in values if name in concerned]:
        without = expected / values[meant]
        if proportional(case, result, without):
            return "", meant
        for other, further in values.items():
            if (
                other in concerned
                and other < meant
                and proportional(case, result, without / further)
            ):
                return "", f"{other} * {meant}"
            if other != meant and _equal(result, without * further):
                return other, meant
    return None


def proportional(case: Case, one: torch.Tensor, other: torch.Tensor) -> bool:
    """Whether one is the other, but for a constant factor."""
    return _equal(one, other) or factor_between(case, one, other) is not None


def _equal(one: torch.Tensor, other: torch.Tensor) -> bool:
    scale = max(other.abs().max().item(), 1e-30)
    return one.shape == other.shape and (one - other).abs().max().item() <= 1e-9 * scale


def _factors(case: Case) -> Iterator[tuple[str, torch.Tensor]]:
    """Forward values that the gradient could be divided by, entry by entry."""
    shape = case.result.shape
    for name, value in case.scene.values.items():
        if not torch.is_tensor(value) or not value.is_floating_point() or value.numel() < 2:
            continue
        fits = value.dim() <= len(shape) and all(
            size in (1, due)
            for size, due in zip(reversed(value.shape), reversed(shape), strict=False)
        )
        if fits and bool((value != 0).all()):
            yield name, value
