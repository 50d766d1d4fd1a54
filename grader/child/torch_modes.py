"""What is active around a learner's code in the child: a look at every call of torch's."""

import sys

import torch
from torch.overrides import TorchFunctionMode

DIFFERENTIATES = {
    torch.Tensor.backward: "Tensor.backward",
    torch.Tensor.requires_grad_: "requires_grad_",
    torch.Tensor.requires_grad.__set__: "requires_grad",  # type: ignore[attr-defined]
    torch.autograd.backward: "torch.autograd.backward",
    torch.autograd.grad: "torch.autograd.grad",
}


# float32 means float64 while the decision is made in that: `.float()` and `dtype=torch.float32`
# in a right answer (a one-hot matrix made a factor, say) must not round it back, nor clash with it.
WIDER = dict.fromkeys((torch.float32, torch.FloatTensor, "torch.FloatTensor"), torch.float64)
NAMES_A_DTYPE = {torch.dtype, type(torch.FloatTensor), str}


class TorchCalls(TorchFunctionMode):
    """Sees every call of torch's: notes the first use of autograd, widens float32 if asked to.

    Seen, not prevented; not proof either. One mode does both, for each costs as much as a small
    operation itself.
    """

    def __init__(self, path: str, float64: bool) -> None:
        super().__init__()
        self.path = path  # of the learner's file
        self.float64 = float64
        self.autodiff: tuple[int, str] | None = None  # line, what

    def __torch_function__(self, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
        if self.autodiff is None:
            what = DIFFERENTIATES.get(func)
            if what is None and torch.is_grad_enabled() and not torch.is_inference_mode_enabled():
                what = "gradient recording switched on"
            if what is not None:
                self.autodiff = self._line(), what
        if self.float64:
            if func is torch.Tensor.float:
                func = torch.Tensor.double
            args = [WIDER.get(a, a) if type(a) in NAMES_A_DTYPE else a for a in args]
            if kwargs:
                kwargs = {
                    key: WIDER.get(value, value) if type(value) in NAMES_A_DTYPE else value
                    for key, value in kwargs.items()
                }
        return func(*args, **(kwargs or {}))

    def _line(self) -> int:
        frame = sys._getframe(2)
        while frame.f_back is not None and frame.f_code.co_filename != self.path:
            frame = frame.f_back
        return frame.f_lineno if frame.f_code.co_filename == self.path else 0
