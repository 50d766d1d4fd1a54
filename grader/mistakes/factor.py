"""Constant factors between gradients, and what they are called."""

import torch

from grader.mistakes.case import Case


def factor_between(case: Case, one: torch.Tensor, other: torch.Tensor) -> float | None:
    """c, where one = c * other with c neither 0 nor 1; None where there is no such number."""
    if one.shape != other.shape or not torch.isfinite(one).all():
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
    for name, size in case.sizes.items():
        known[name] = size
        known[f"1/{name}"] = 1 / size
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
