"""What watches a learner's code in the child."""

from contextlib import suppress

import pytest
import torch

from grader.child.torch_modes import RECORDING, AutogradDetector, set_width


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


def test_afterwards_torch_works_as_it_did_and_nothing_is_noted() -> None:
    with AutogradDetector("learner.py") as detector:
        pass
    with torch.inference_mode(False):
        leaf = torch.ones(2).requires_grad_()
        leaf.sum().backward()
        assert leaf.grad is not None and leaf.requires_grad
        leaf.requires_grad = False
        assert not leaf.requires_grad
    assert detector.seen is None


def test_methods_are_those_of_the_width_and_are_not_replaced_again() -> None:
    x = torch.ones(2, dtype=torch.int64)
    set_width(float64=True)
    methods = {name: vars(torch.Tensor)[name] for name in ("float", "type")}
    try:
        assert x.float().dtype is x.type("torch.FloatTensor").dtype is torch.float64
        assert torch.float is torch.float32 is torch.get_default_dtype() is torch.float64
    finally:
        set_width(float64=False)
    assert x.float().dtype is x.type("torch.FloatTensor").dtype is torch.float32
    assert all(method.__doc__ for method in methods.values())
    assert x.type("torch.DoubleTensor").dtype is torch.float64
    assert {name: vars(torch.Tensor)[name] for name in methods} == methods
