"""What watches a learner's code in the child."""

from contextlib import suppress

import pytest
import torch

from grader.child.torch_modes import RECORDING, AutogradDetector

BEFORE = {
    name: vars(torch.Tensor).get(name) for name in ("backward", "requires_grad_", "requires_grad")
}


def seen_in(source: str) -> tuple[int, str] | None:
    """What the detector notes of code that may raise."""
    code = compile(source, "learner.py", "exec")
    refused = suppress(RuntimeError)  # inference tensors have no gradients; that it tried is enough
    with torch.inference_mode(), AutogradDetector("learner.py") as detector, refused:
        exec(code, {"torch": torch, "x": torch.ones(3)})
    return detector.seen


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("y = x * 2\ny.requires_grad_()", (2, "requires_grad_")),
        ("y = x * 2\n\ny.requires_grad = True", (3, "requires_grad")),
        ("x.sum().backward()", (1, "Tensor.backward")),
        ("torch.autograd.backward(x.sum())", (1, "torch.autograd.backward")),
        ("from torch.autograd import grad\ngrad(x.sum(), x)", (2, "torch.autograd.grad")),
        ("with torch.inference_mode(False):\n    y = x * 2", (1, RECORDING)),
        (
            "@torch.inference_mode(False)\ndef f():\n    return x\nf()",
            (4, RECORDING),
        ),  # of the call
    ],
)
def test_the_first_use_of_autograd_is_noted_on_its_line(source: str, what: tuple[int, str]) -> None:
    assert seen_in(source) == what


def test_code_that_only_computes_is_not_noted() -> None:
    source = (
        "with torch.no_grad():\n    y = x @ x\n"
        "with torch.enable_grad():\n    y = x * x.requires_grad\n"
        "torch.set_grad_enabled(True)\nz = torch.zeros_like(x, requires_grad=False)\n"
        "with torch.inference_mode():\n    z += y.sum()\n"
    )
    assert seen_in(source) is None
    torch.set_grad_enabled(True)


def test_afterwards_torch_is_as_it_was() -> None:
    seen_in("x.requires_grad_()")
    assert {name: vars(torch.Tensor).get(name) for name in BEFORE} == BEFORE
    with torch.inference_mode(False):
        leaf = torch.ones(2).requires_grad_()
        leaf.sum().backward()
        assert leaf.grad is not None
