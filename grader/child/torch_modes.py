"""What holds around a learner's code in the child: autograd is noted, float32 may be float64."""

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


WIDTHS = {name: getattr(torch, name) for name in ("float", "float32", "FloatTensor")}
TO_FLOAT = torch.Tensor.float
TO_TYPE = torch.Tensor.type


def set_width(float64: bool) -> None:
    """From here on float32 means float64, or itself again; the default dtype as well.

    The decision is made in float64. `.float()` and `dtype=torch.float32` in a right answer (a
    one-hot matrix made a factor, say) must not round it back, nor clash with it. The names
    mean something else, for a mode that sees every call costs as much as a small operation.
    """
    for name, narrow in WIDTHS.items():
        setattr(torch, name, torch.float64 if float64 else narrow)
    torch.Tensor.float = torch.Tensor.double if float64 else TO_FLOAT  # type: ignore[method-assign]
    torch.Tensor.type = _type_of_double if float64 else TO_TYPE  # type: ignore[assignment, method-assign]
    torch.set_default_dtype(torch.float64 if float64 else WIDTHS["float32"])


def _type_of_double(tensor: torch.Tensor, *args: Any, **kwargs: Any) -> Any:
    """`x.type("torch.FloatTensor")`."""
    if args and args[0] == "torch.FloatTensor":
        args = (torch.float64, *args[1:])
    return TO_TYPE(tensor, *args, **kwargs)
