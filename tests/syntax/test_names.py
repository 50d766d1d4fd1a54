"""What names stand for, through aliases and scopes."""

import ast

import pytest

from grader.syntax.names import TANGLED, Names


def paths_of(source: str) -> set[str | None]:
    """What the last expression of the source stands for."""
    names = Names(ast.parse(source))
    last = next(
        (node.value, scope)
        for node, scope in reversed(names.nodes)
        if isinstance(node, ast.Assign) and node.targets[0].id == "asked"  # type: ignore[attr-defined]
    )
    return set(names.paths(*last))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import torch\nasked = torch.func", {"torch.func"}),
        ("import torch as T\nf = T.func\nasked = f.grad", {"torch.func.grad"}),
        ("import torch.nn.functional as F\nasked = F.relu", {"torch.nn.functional.relu"}),
        ("import torch.nn.functional\nasked = torch.nn", {"torch.nn"}),
        ("from torch import func as g\nasked = g", {"torch.func"}),
        ("import torch\n(a, [b, c]) = 1, [torch, 2]\nasked = b.ops", {"torch.ops"}),
        ("import torch\nasked = (t := torch.nn).functional", {"torch.nn.functional"}),
        ("import torch\nif (t := torch):\n    asked = t.ops", {"torch.ops"}),
        ("import torch\na = b\nb = a\nb = torch\nasked = a.ops", {"torch.ops"}),
        ("import torch\nx = 1\nx = torch\nasked = x.ops", {None, "torch.ops"}),
        ("import torch\n[t for torch in [1]]\nasked = torch.ops", {"torch.ops"}),
        ("import torch\ndef f(torch):\n    asked = torch.ops", {None}),
        ("import torch\ndef f():\n    global g\n    g = torch\nasked = g.ops", {"torch.ops"}),
        ("import torch\nclass A:\n    torch = 1\n    def f(self):\n        asked = torch.x",
         {"torch.x"}),
        ("def f():\n    import torch as t\n    def g():\n        asked = t.x\n", {"torch.x"}),
        ("import torch\ndef f():\n    t = 1\n    def g():\n        nonlocal t\n        t = torch\n"
         "    asked = t.x", {None, "torch.x"}),
        ("import torch\nasked = [torch][0].x", {None}),
        ("asked = somewhere.x", {None}),
        ("asked = somewhere", set()),
        ("from . import torch\nasked = torch.x", {TANGLED}),
    ],
)  # fmt: skip
def test_what_a_name_stands_for(source: str, expected: set[str | None]) -> None:
    assert paths_of(source) == expected


def test_a_name_that_stands_for_ever_longer_paths_is_tangled() -> None:
    assert TANGLED in paths_of("import torch\nx = torch\nx = x.x\nasked = x")
