"""What holds around a learner's code in the child: autograd is noted, float32 may be float64."""

import sys
from collections.abc import Callable
from functools import wraps
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
        for owner, name, what in DIFFERENTIATES:
            setattr(owner, name, self._noting(what, getattr(owner, name)))
        torch.Tensor.requires_grad = self._noting_assignments()  # type: ignore[assignment]
        torch._C._InferenceMode = self._noting_an_end()  # type: ignore[misc, assignment]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        for (owner, name), value in AS_IT_WAS.items():
            if value is not None:
                setattr(owner, name, value)
            elif name in vars(owner):  # it was inherited
                delattr(owner, name)

    def _noting(self, what: str, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def noting(*args: Any, **kwargs: Any) -> Any:
            self._note(what)
            return function(*args, **kwargs)

        return noting

    def _noting_assignments(self) -> property:
        inherited = torch._C.TensorBase.requires_grad

        def assign(tensor: torch.Tensor, value: bool) -> None:
            self._note("requires_grad")
            inherited.__set__(tensor, value)  # type: ignore[attr-defined]

        return property(inherited.__get__, assign)  # type: ignore[attr-defined]

    def _noting_an_end(self) -> Callable[[bool], Any]:
        def inference_mode(enabled: bool) -> Any:
            if not enabled:
                self._note(RECORDING)
            return INFERENCE_MODE(enabled)

        return inference_mode

    def _note(self, what: str) -> None:
        if self.seen is None:
            self.seen = self._line(), what

    def _line(self) -> int:
        """In the learner's file, of the innermost of its frames; 0 outside it."""
        frame = sys._getframe(2)
        while frame.f_back is not None and frame.f_code.co_filename != self.path:
            frame = frame.f_back
        return (frame.f_lineno or 0) if frame.f_code.co_filename == self.path else 0


INFERENCE_MODE = torch._C._InferenceMode
AS_IT_WAS = {
    **{(owner, name): vars(owner).get(name) for owner, name, _ in DIFFERENTIATES},
    (torch.Tensor, "requires_grad"): None,
    (torch._C, "_InferenceMode"): INFERENCE_MODE,
}


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
