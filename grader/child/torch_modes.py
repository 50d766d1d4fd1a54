"""What holds around a learner's code in the child: autograd is noted, float32 may be float64."""

import sys
from collections.abc import Callable
from functools import cache, wraps
from types import TracebackType
from typing import Any

import torch

RECORDING = "gradient recording switched on"
# Whose attribute each is, and what it is called in a report.
DIFFERENTIATES = (
    (torch.Tensor, "backward", "Tensor.backward"),
    (torch.Tensor, "requires_grad_", "requires_grad_"),
    (torch.autograd, "backward", "torch.autograd.backward"),
    (torch.autograd, "grad", "torch.autograd.grad"),
)


class AutogradDetector:
    """Notes the first use of autograd, and where. Seen, not prevented; not proof either.

    A context manager: inside it, what differentiates says so before it does. A mode that sees every
    call of torch's would cost as much as all of them. Entered in inference mode: nothing is
    recorded but by code that leaves it.
    """

    def __init__(self, path: str) -> None:
        self.path = path  # of the learner's file
        self.seen: tuple[int, str] | None = None  # line, what

    def __enter__(self) -> "AutogradDetector":
        watch()
        _looking.append(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        _looking.remove(self)

    def note(self, what: str) -> None:
        if self.seen is None:
            self.seen = self._line(), what

    def _line(self) -> int:
        """In the learner's file, of the innermost of its frames; 0 outside it."""
        frame = sys._getframe(2)
        while frame.f_back is not None and frame.f_code.co_filename != self.path:
            frame = frame.f_back
        return (frame.f_lineno or 0) if frame.f_code.co_filename == self.path else 0


@cache
def watch() -> None:
    """From here on what differentiates tells the detector, where one is entered.

    Once for a process, before any child is made of it: when an attribute of torch.Tensor is set,
    Python has to look up all of its methods again.
    """
    for owner, name, what in DIFFERENTIATES:
        setattr(owner, name, _noting(what, getattr(owner, name)))
    inherited = torch._C.TensorBase.requires_grad

    def assign(tensor: torch.Tensor, value: bool) -> None:
        _note("requires_grad")
        inherited.__set__(tensor, value)  # type: ignore[attr-defined]

    def inference_mode(enabled: bool) -> Any:
        if not enabled:
            _note(RECORDING)
        return INFERENCE_MODE(enabled)

    torch.Tensor.requires_grad = property(inherited.__get__, assign)  # type: ignore[assignment, attr-defined]
    torch._C._InferenceMode = inference_mode  # type: ignore[misc, assignment]


def _noting(what: str, function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def noting(*args: Any, **kwargs: Any) -> Any:
        _note(what)
        return function(*args, **kwargs)

    return noting


def _note(what: str) -> None:
    if _looking:
        _looking[-1].note(what)


_looking: list[AutogradDetector] = []
INFERENCE_MODE = torch._C._InferenceMode


WIDTHS = {name: getattr(torch, name) for name in ("float", "float32", "FloatTensor")}
TO_FLOAT, TO_DOUBLE, TO_TYPE = torch.Tensor.float, torch.Tensor.double, torch.Tensor.type
_wide: list[bool] = []  # whether float32 means float64 now


def set_width(float64: bool) -> None:
    """From here on float32 means float64, or itself again; the default dtype as well.

    The decision is made in float64. `.float()` and `dtype=torch.float32` in a right answer (a
    one-hot matrix made a factor, say) must not round it back, nor clash with it. The names
    mean something else, for a mode that sees every call costs as much as a small operation.
    """
    _let_methods_be_wide()
    _wide[:] = [True] if float64 else []
    for name, narrow in WIDTHS.items():
        setattr(torch, name, torch.float64 if float64 else narrow)
    torch.set_default_dtype(torch.float64 if float64 else WIDTHS["float32"])


@cache
def _let_methods_be_wide() -> None:
    """Once for a process, as `watch`."""

    @wraps(TO_FLOAT)
    def to_float(tensor: torch.Tensor, *args: Any, **kwargs: Any) -> Any:
        return (TO_DOUBLE if _wide else TO_FLOAT)(tensor, *args, **kwargs)

    @wraps(TO_TYPE)
    def to_type(tensor: torch.Tensor, *args: Any, **kwargs: Any) -> Any:
        """`x.type("torch.FloatTensor")`."""
        if _wide and args and args[0] == "torch.FloatTensor":
            args = (torch.float64, *args[1:])
        return TO_TYPE(tensor, *args, **kwargs)

    torch.Tensor.float = to_float  # type: ignore[method-assign, assignment]
    torch.Tensor.type = to_type  # type: ignore[assignment, method-assign]
