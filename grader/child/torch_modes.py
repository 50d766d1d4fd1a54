"""What is active around a learner's code in the child: float64 for float32, and a look at
which of torch's functions it calls."""

import sys
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

DIFFERENTIATES = {
    torch.Tensor.backward: "Tensor.backward",
    torch.Tensor.requires_grad_: "requires_grad_",
    torch.Tensor.requires_grad.__set__: "requires_grad",  # type: ignore[attr-defined]
    torch.autograd.backward: "torch.autograd.backward",
    torch.autograd.grad: "torch.autograd.grad",
}


class AutogradDetector(TorchFunctionMode):
    """Notes the first use of autograd, and where. Seen, not prevented; not proof either."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path  # of the learner's file
        self.seen: tuple[int, str] | None = None  # line, what

    def __torch_function__(self, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
        if self.seen is None:
            what = DIFFERENTIATES.get(func)
            if what is None and torch.is_grad_enabled() and not torch.is_inference_mode_enabled():
                what = "gradient recording switched on"
            if what is not None:
                self.seen = self._line(), what
        return func(*args, **(kwargs or {}))

    def _line(self) -> int:
        frame = sys._getframe(2)
        while frame.f_back is not None and frame.f_code.co_filename != self.path:
            frame = frame.f_back
        return frame.f_lineno if frame.f_code.co_filename == self.path else 0


class Float32AsFloat64(TorchFunctionMode):
    """float32 means float64 while this is active.

    The decision is made in float64. `.float()` and `dtype=torch.float32` in a right answer
    (a one-hot matrix made a factor, say) must not round it back, nor clash with it.
    """

    def __torch_function__(self, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
        if func is torch.Tensor.float:
            func = torch.Tensor.double
        args = tuple(_widened(arg) for arg in args)
        return func(*args, **{key: _widened(value) for key, value in (kwargs or {}).items()})


def _widened(value: Any) -> Any:
    if value is torch.float32 or value is torch.FloatTensor:
        return torch.float64
    return torch.float64 if isinstance(value, str) and value == "torch.FloatTensor" else value
