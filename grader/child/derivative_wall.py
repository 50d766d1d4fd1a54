"""Around other people's code, behind the dialect: what torch differentiates with is refused.

A mode at the dispatcher's own level sees operators, whoever calls them and by whatever name: from
Python, from a script that torch compiled, from autograd itself. It refuses torch's derivative
kernels, tensors that require a gradient, and any operator at all outside inference mode, which
reverse mode and functorch have to leave. The operators that most answers consist of (PLAIN) pass
below the mode, for to be asked costs each three times its own work: the dispatcher itself knows
that they are refused outside inference mode, by their entries for autograd. It refuses derivative
kernels as well: by a backend's own key, or where modes are put aside, they are called past the
mode. For whatever else is recorded there, autograd asks the wall to save a tensor, and that is
refused. What opens a level of differentiation, or would put any of this aside, is refused where it
is called, and a package that differentiates where it is imported. Refusing ends the attempt:
nothing that the code does afterwards can take it back.
"""

import os
import re
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from types import FrameType, TracebackType
from typing import Any, NoReturn

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from grader.child.differences import CURVED, DifferenceWatch, holds_long_numbers
from grader.child.torch_modes import INFERENCE_MODE, RECORDING

# By the name in an operator's schema: also a gradient's own (_standard_gamma_grad, gradient).
DERIVATIVE = re.compile(
    r"(.*_)?(backward|vjp|jvp|dual)(_.*)?|requires_grad_|retains?_grad|_fw_.*"
    r"|(.*_)?grad|_grad_.*|(get_)?gradients?|set_grad_enabled"
)
# Packages that differentiate. (What a child may hold is a list: not where syntax/ has them too.)
PACKAGES = frozenset((
    "aesara", "autograd", "casadi", "functorch", "jax", "mpmath", "mxnet", "numdifftools",
    "pytensor", "symengine", "sympy", "tensorflow", "theano", "tinygrad",
    "torch._decomp",  # torch's derivative kernels, written out in Python
))  # fmt: skip
# What opens a level of differentiation, or changes who saves tensors for it, by the module that has
# it.
LEVELS = {
    "torch._C": ("_enter_dual_level", "_jit_differentiate", "_jit_pass_create_autodiff_subgraphs"),
    "torch._C._functorch": (
        "_grad_increment_nesting", "_jvp_increment_nesting", "_vmap_increment_nesting",
        "_func_increment_nesting", "push_dynamic_layer_stack",
    ),
    "torch._C._autograd": (
        "_push_saved_tensors_default_hooks", "_pop_saved_tensors_default_hooks",
        "_saved_tensors_hooks_disable", "_saved_tensors_hooks_set_tracing",
    ),
}  # fmt: skip
# What puts a mode aside, or others before it.
ASIDE = {
    "torch._C": (
        "_DisableTorchDispatch", "_pop_torch_dispatch_stack", "_push_on_torch_dispatch_stack",
        "_set_dispatch_mode", "_unset_dispatch_mode", "_ExcludeDispatchKeyGuard",
        "ExcludeDispatchKeyGuard", "_IncludeDispatchKeyGuard", "_ForceDispatchKeyGuard",
        "_SetExcludeDispatchKeyGuard", "_AutoDispatchBelowAutograd",
        "_AutoDispatchBelowADInplaceOrView", "_dispatch_library",
        "_dispatch_tls_set_dispatch_key_excluded", "_dispatch_tls_set_dispatch_key_included",
    ),
}  # fmt: skip
# These have some of them under names of their own.
HOLDERS = ("torch._C", "torch._functorch", "torch.func", "torch.utils._python_dispatch",
           "torch.autograd", "torch._ops", "torch.library")  # fmt: skip
# They differentiate nothing, and a difference is not looked for in them; with the operators that
# they consist of. (Complex numbers are found in the text as well: judge/measured.py.)
PLAIN = (
    "_index_put_impl_", "_local_scalar_dense", "_to_copy", "_unsafe_view", "add.Tensor",
    "add_.Tensor", "all.dim", "aminmax", "as_strided", "as_strided_", "bmm", "clone",
    "contiguous", "copy_", "detach_", "div.Tensor", "div_.Scalar", "div_.Tensor",
    "empty.memory_format", "empty_like", "empty_strided", "equal", "expand", "expand_as",
    "fill_.Scalar", "flatten.using_ints", "gt.Scalar", "index.Tensor", "index_add_", "index_put_",
    "is_same_size", "item", "lift_fresh", "masked_fill.Scalar", "matmul", "max", "max.dim",
    "mean", "mean.dim", "mm", "mul.Scalar", "mul.Tensor", "mul_.Tensor", "neg", "new_zeros",
    "numpy_T", "one_hot", "ones", "ones_like", "permute", "reshape", "resolve_conj",
    "resolve_neg", "rsub.Scalar", "scatter_.value", "scatter_add_", "select.int", "slice.Tensor",
    "squeeze.dim", "squeeze_.dim", "stack", "sub.Tensor", "sub_.Tensor", "sum", "sum.IntList_out",
    "sum.dim_IntList", "to.dtype", "transpose.int", "unbind.int", "unsqueeze", "unsqueeze_",
    "view", "zero_", "zeros", "zeros_like",
)  # fmt: skip
# Others of the worked answers. torch takes a third of a millisecond to look up each that no mode
# has seen yet, in every child.
OTHERS = ("exp", "log", "pow.Tensor_Scalar", "reciprocal", "relu", "softmax.int", "tanh", "var.dim")
OF_A_MODE = ("Python", "PythonTLSSnapshot")  # dispatch keys that an operator meets under one
AUTOGRAD = ("AutogradCPU", "AutogradOther")
BACKENDS = ("CPU", "SparseCPU", "SparseCsrCPU", "MkldnnCPU", "NestedTensorCPU", "QuantizedCPU")
HAS_KERNEL = torch._C._dispatch_has_kernel_for_dispatch_key
TORCH = os.path.dirname(torch.__file__) + os.sep  # noqa: PTH120  as code has it
SHOWS_TENSORS = torch._tensor_str._str.__code__
HEIGHT, AT = torch._C._len_torch_dispatch_stack, torch._C._get_dispatch_stack_at
SAVES = getattr(torch._C._autograd, "_top_saved_tensors_default_hooks", None)  # not in torch 2.4
SAVE_WITH = torch._C._autograd._push_saved_tensors_default_hooks
SAVE_AS_EVER = torch._C._autograd._pop_saved_tensors_default_hooks
NOT_PLAIN, PLAIN_ONE = torch.scalar_tensor, torch.neg
RECORDED = torch.zeros(1)  # autograd looks at it wherever it may
CURVED_ONE = "~"  # in the place of a name
LONG_NUMBERS = "long"
REMOVED = "taking the grader's watch away"

End = Callable[[int, str, bool], NoReturn]  # line, what, whether it is the watch that it is about


class DerivativeWall(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """A context manager, to be entered in inference mode, for as long as the child has to do with
    other people's objects: some of their methods are called when their code has long returned.
    `end` ends the attempt.
    """

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """No: to skip it, torch would load all of its compiler in every child."""
        return False

    def __init__(self, path: str, end: End) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.path = path  # of the learner's file
        self.end = end
        self.last: Any = None  # operator that was seen
        self.differences: DifferenceWatch | None = None  # of the call that is made
        self.measured: tuple[int, str] | None = None  # line and operator of a sign of them
        self.whole = False  # whether long whole numbers are a sign that is looked for
        self.save = self._save
        self.lays_routes = not _laid  # for itself, where the process has none for all its walls

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
        self.last = func
        what = _derivative(func)
        if what == CURVED_ONE:
            self._look(func, args)
        elif what:
            self.refuse(what)
        if not torch.is_inference_mode_enabled():
            self.refuse(REMOVED if _trying else RECORDING, aside=bool(_trying))
        for argument in args:
            if isinstance(argument, torch.Tensor):
                if argument.requires_grad:
                    self.refuse("requires_grad")
                if argument.is_complex() and self.measured is None:
                    self.measured = self._line(), "complex"
        return func(*args, **(kwargs or {}))

    def __enter__(self) -> "DerivativeWall":
        lay_routes()
        super().__enter__()  # type: ignore[no-untyped-call]
        SAVE_WITH(self.save, self.save)
        _standing.append(self)
        sys.meta_path.insert(0, self)
        return self

    def begin(self, looks: bool) -> None:
        """A call; `looks`: whether for signs of differences."""
        self.differences, self.measured = DifferenceWatch() if looks else None, None
        if looks and self.whole:
            sys.setprofile(self._left)

    def finish(self) -> None:
        sys.setprofile(None)
        self.differences = None

    def find_spec(self, name: str, *_: Any) -> None:
        """As Python asks whoever is in sys.meta_path, in their order, for a module."""
        if name in PACKAGES or name.partition(".")[0] in PACKAGES:
            self.refuse(name)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        try:
            self.check()
        finally:
            sys.meta_path[:] = [finder for finder in sys.meta_path if finder is not self]
            _standing.remove(self)
            if self._saves():
                SAVE_AS_EVER()
            if self._on_top():
                super().__exit__(kind, error, at)  # type: ignore[no-untyped-call]
            if self.lays_routes:
                lift_routes()

    def check(self) -> None:
        """Whether it is as it was made: before anything is believed that was done behind it."""
        if not self._is_there():
            self.refuse(REMOVED, aside=True)

    def _is_there(self) -> bool:
        self.last = None
        NOT_PLAIN(0)
        seen = self.last is not None and self._on_top()
        return seen and self._saves() and _are_laid() and sys.meta_path[:1] == [self]

    def _on_top(self) -> bool:
        return HEIGHT() > 0 and AT(HEIGHT() - 1) is self

    def _saves(self) -> bool:
        """Where torch can be asked; else it was done, for what would undo it is refused."""
        if SAVES is None:
            return True
        functions: Any = SAVES(False)  # None where there are none
        return functions is not None and functions[0] is self.save

    def _save(self, tensor: torch.Tensor) -> NoReturn:
        """What autograd calls with all that it would need to go back through an operator."""
        self.refuse(RECORDING)

    def _left(self, frame: FrameType, event: str, _: Any) -> None:
        """What Python calls when a function or a comprehension is left."""
        theirs = event == "return" and frame.f_code.co_filename == self.path
        inside = theirs and frame.f_code.co_name != "<module>"
        if inside and self.measured is None and holds_long_numbers(frame):
            self.measured = frame.f_lineno, LONG_NUMBERS

    def _look(self, func: Any, args: tuple[Any, ...]) -> None:
        """For differences, where they are looked for."""
        watch = self.differences
        if watch is None or self.measured is not None or not isinstance(args[0], torch.Tensor):
            return
        if watch.sees(id(func), args[0]):
            self.measured = self._line(), str(func)

    def refuse(self, what: str, aside: bool = False) -> NoReturn:
        self.end(self._line(), what, aside)

    def _line(self) -> int:
        """Of the learner's file; 0 outside it."""
        lines = (f.f_lineno for f in _frames() if f.f_code.co_filename == self.path)
        return next(lines, 0)


def _frames() -> Iterator[FrameType]:
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        yield frame
        frame = frame.f_back


def _is_torchs_own(frame: FrameType) -> bool:
    """To print a tensor torch puts all modes aside, and as it loads some of its modules it adds to
    the dispatcher."""
    if frame.f_code is SHOWS_TENSORS:
        return True
    return frame.f_code.co_name == "<module>" and frame.f_code.co_filename.startswith(TORCH)


def _derivative(operator: Any) -> str:
    """What it is called in a report; "" where it is not made for derivatives."""
    name = str(operator)  # "aten.tanh_backward.default"
    short = name.split(".")[1] if "." in name else name
    if DERIVATIVE.fullmatch(short):
        return name
    return CURVED_ONE if CURVED.fullmatch(short) else ""


def _gates() -> Iterator[tuple[Any, str, Any, bool]]:
    """(who holds it, under which name, what it is, whether it puts a mode aside)."""
    originals = {
        id(getattr(sys.modules[module], name)): aside
        for table, aside in ((LEVELS, False), (ASIDE, True))
        for module, names in table.items()
        for name in names
        if hasattr(sys.modules[module], name)
    }
    for module in [m for name, m in sys.modules.items() if name.startswith(HOLDERS)]:
        for name, value in list(vars(module).items()):
            if id(value) in originals:
                yield module, name, value, originals[id(value)]


def _gate(original: Callable[..., Any], aside: bool) -> Callable[..., Any]:
    """In the place of what is in LEVELS, or in ASIDE: that torch itself may."""

    def gate(*args: Any, **kwargs: Any) -> Any:
        if _standing and not (aside and any(map(_is_torchs_own, _frames()))):
            _standing[-1].refuse(original.__name__, aside)
        return original(*args, **kwargs)

    return gate


def lay_routes() -> None:
    """Let what is PLAIN pass below a mode, and refuse it where it would be recorded; set the gates.
    It takes some milliseconds: once, in the process that a child is made from. Nothing is recorded
    in this process from here on, until `lift_routes`."""
    if _laid:
        return
    for holder, name, original, aside in GATES:
        setattr(holder, name, _gate(original, aside))
    library: Any = torch.library.Library("aten", "IMPL")  # type: ignore[no-untyped-call]
    for name in PLAIN:
        for key in OF_A_MODE:
            library.impl(name, torch.library.fallthrough_kernel, key)
        for key in AUTOGRAD:
            library.impl(name, _recorded, key)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch says that a kernel is another now
        for name in torch._C._dispatch_get_all_op_names():
            short = name.partition("::")[2]
            if name.startswith("aten::") and DERIVATIVE.fullmatch(short.partition(".")[0]):
                for key in BACKENDS:
                    if HAS_KERNEL(name, key):
                        library.impl(short, _derived(short), key)
    _laid.append(library)


def lift_routes() -> None:
    if not _laid:
        return
    for holder, name, original, _ in GATES:
        setattr(holder, name, original)
    _laid.clear()  # a library takes back what it laid when it goes


class _Recorded(Exception):
    """An operator was asked for outside inference mode, and nobody's wall stands there."""


def _recorded(*_: Any, **__: Any) -> NoReturn:
    """In the place of what autograd does for an operator."""
    if not _standing or _trying:
        raise _Recorded
    _standing[-1].refuse(RECORDING)


def _derived(operator: str) -> Callable[..., NoReturn]:
    """In the place of a derivative kernel: where it is asked for by its key, past the mode."""

    def kernel(*_: Any, **__: Any) -> NoReturn:
        if not _standing:
            raise _Recorded
        _standing[-1].refuse(f"aten.{operator}")

    return kernel


def _are_laid() -> bool:
    _trying.append(True)
    try:
        with suppress(_Recorded), INFERENCE_MODE(False):
            PLAIN_ONE(RECORDED)
            return False
        return True
    finally:
        _trying.clear()


_laid: list[torch.library.Library] = []
_standing: list[DerivativeWall] = []
_trying: list[bool] = []
GATES = tuple(_gates())
for _name in OTHERS:
    _operator, _, _overload = _name.partition(".")
    getattr(getattr(torch.ops.aten, _operator), _overload or "default")
