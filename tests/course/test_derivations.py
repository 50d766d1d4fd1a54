"""Every equation of a derivation, computed at random numbers, and set beside torch's own values.

An equation of a name that is new defines it. Where a gradient stands in one, it is autograd's.
"""

import itertools
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import torch

from grader.course import EXERCISES
from grader.course.derivation import DERIVED, FOLDER, derivation_text, equations
from grader.course.exercise import load_exercise
from grader.errors import UsageProblem

N, M, H = 4, 5, 3  # rows or positions, characters, channels: all different


def random(*shape: int) -> torch.Tensor:
    return torch.randn(shape, dtype=torch.float64)


def leaf(*shape: int) -> torch.Tensor:
    return random(*shape).requires_grad_()


# What is given, and how far each index goes.
GIVEN: dict[str, tuple[dict[str, Any], dict[str, int]]] = {
    "exercise2": (
        {"n": N, "m": M, "z": leaf(N, M), "y": torch.tensor([2, 0, 4, 2])},
        {"i": N, "j": M},
    ),
    "exercise3": (
        {"n": N, "eps": 1e-5, "x": leaf(N), "g": leaf(), "b": leaf(), "dy": random(N)},
        {"i": N},
    ),
    "exercise7": (
        {"h": H, "T": N, "r": H**-0.5, "q": leaf(N, H), "k": leaf(N, H), "v": leaf(N, H),
         "do": random(N, H)},
        {"t": N, "u": N, "w": N, "j": H},
    ),
}  # fmt: skip


class Index(int):
    """Compared it gives 1 or 0, as in the formulas; torch takes no False from a number."""

    __hash__ = int.__hash__

    def __eq__(self, other: object) -> int:  # type: ignore[override]
        return int(int(self) == other)

    def __le__(self, other: int) -> int:  # type: ignore[override]
        return int(int(self) <= other)

    def __lt__(self, other: int) -> int:  # type: ignore[override]
        return int(int(self) < other)


FUNCTIONS = {
    "exp": lambda x: torch.exp(torch.as_tensor(x, dtype=torch.float64)),
    "log": torch.log,
    "inf": math.inf,
    "range": lambda size: map(Index, range(size)),
}


@dataclass
class Scope:
    """The values so far, on one graph, and the gradients that are asked of it."""

    values: dict[str, Any]
    sizes: dict[str, int]
    checked: int = 0
    gradients: dict[str, torch.Tensor] = field(default_factory=dict)

    def holds(self, equation: str) -> bool:
        """Whether all its sides are equal, for all indices on the left."""
        first, *others = equation.split(" = ")
        indices = self.indices(first)
        target = re.fullmatch(r"(\w+)(?:\[[\w, ]+\])?", first)
        name = target[1] if target else ""
        if name and name not in self.values and not name.startswith("d"):
            self.define(name, indices, others[0])
        self.checked += 1
        return all(
            torch.allclose(
                *(self.worth(side, at) for side in (first, other)), rtol=1e-9, atol=1e-12
            )
            for at in self.places(indices)
            for other in others
        )

    def indices(self, side: str) -> list[str]:
        bound = re.findall(r"for (\w) in", side)
        return [i for i in self.sizes if re.search(rf"\b{i}\b", side) and i not in bound]

    def places(self, indices: list[str]) -> Iterator[dict[str, int]]:
        for at in itertools.product(*(map(Index, range(self.sizes[index])) for index in indices)):
            yield dict(zip(indices, at, strict=True))

    def define(self, name: str, indices: list[str], side: str) -> None:
        entries = [self.worth(side, at) for at in self.places(indices)]
        shape = [self.sizes[index] for index in indices]
        self.values[name] = torch.stack(entries).view(shape)

    def worth(self, side: str, at: dict[str, int]) -> torch.Tensor:
        """Gradients and derivatives are asked of autograd."""
        side = re.sub(r"\bD\(", "D(at, ", side)  # an index is looked up where it is known
        names = {n for n in re.findall(r"\bd[a-z]\w*", side) if n not in self.values}
        asked = {name: self.gradient(name[1:]) for name in names}
        scope = {**FUNCTIONS, **self.values, **asked, **at, "at": at, "D": self.derivative}
        quoted = re.sub(r"D\(at, (.*?), (\w+(?:\[[^\]]*\])?)\)$", r"D(at, '\1', '\2')", side)
        return torch.as_tensor(eval(quoted, scope), dtype=torch.float64)

    def gradient(self, name: str) -> torch.Tensor:
        if name not in self.gradients:
            (found,) = torch.autograd.grad(self.loss(), self.values[name], retain_graph=True)
            self.gradients[name] = found
        return self.gradients[name]

    def loss(self) -> torch.Tensor:
        """L, or what has the gradients that are given."""
        if "L" in self.values:
            return self.values["L"]
        given = [name for name in self.values if name.startswith("d")]
        return sum((self.values[n] * self.values[n[1:]]).sum() for n in given)

    def derivative(self, at: dict[str, int], of: str, by: str) -> torch.Tensor:
        name, indices = re.fullmatch(r"(\w+)(?:\[(.*)\])?", by).groups()
        (found,) = torch.autograd.grad(
            self.worth(of, at), self.values[name], retain_graph=True, allow_unused=True
        )
        found = torch.zeros_like(self.values[name]) if found is None else found
        return found[tuple(at[i] for i in indices.split(", "))] if indices else found


def blocks(text: str) -> list[str]:
    return re.findall(r"^```equation\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def scope_of(exercise: str) -> Scope:
    torch.manual_seed(1)
    values, sizes = GIVEN[exercise]
    return Scope(dict(values), sizes)


@pytest.mark.parametrize("exercise", DERIVED)
def test_each_equation_holds(exercise: str) -> None:
    scope = scope_of(exercise)
    written = [e for block in blocks(derivation_text(exercise)) for e in equations(block)]
    assert [e for e in written if not scope.holds(e)] == []
    assert scope.checked == len(written) >= 10


@pytest.mark.parametrize(
    ("exercise", "old", "new"),
    [
        ("exercise2", "(j == y[i])) / n", "(j == y[i]))"),
        ("exercise2", "D(s[i], z[i, j]) = exp(z[i, j])", "D(s[i], z[i, j]) = s[i]"),
        ("exercise3", "- n / (n - 1) * z[i]", "- z[i]"),
        ("exercise3", "dmu / n", "dmu"),
        ("exercise3", "D(s, v) = -s**3 / 2", "D(s, v) = -s**2 / 2"),
        ("exercise7", "((u == w) - a[t, w])\n", "((u == w) - a[t, u])\n"),
        ("exercise7", "r * sum(dc[t, u] * k[u, j]", "sum(dc[t, u] * k[u, j]"),
        ("exercise7", "dm[t, w] if w <= t else 0", "dm[t, w] if w < t else 0"),
    ],
)
def test_a_wrong_one_would_be_found(exercise: str, old: str, new: str) -> None:
    text = derivation_text(exercise)
    assert old in text
    scope = scope_of(exercise)
    changed = text.replace(old, new, 1)
    written = [e for block in blocks(changed) for e in equations(block)]
    assert any(not scope.holds(e) for e in written)


@pytest.mark.parametrize("exercise", DERIVED)
def test_the_last_lines_are_gradients_that_the_exercise_asks_for(exercise: str) -> None:
    (named,) = re.findall(r"```answer\n(.*)\n```", derivation_text(exercise))
    assert set(named.split()) <= set(load_exercise(exercise).gradients)


def test_each_file_is_one_of_an_exercise() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(DERIVED) <= set(EXERCISES)
    with pytest.raises(
        UsageProblem, match="exercise1 has no derivation; there is one for exercise2"
    ):
        derivation_text("exercise1")


@pytest.mark.parametrize("exercise", DERIVED)
def test_it_fits_a_page_of_80_columns(exercise: str) -> None:
    lines = derivation_text(exercise).splitlines()
    assert lines[0].startswith("# ") and lines[0].endswith(": the derivation")
    assert max(map(len, lines)) <= 80 and len(lines) <= 120
