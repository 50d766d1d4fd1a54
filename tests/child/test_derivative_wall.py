"""The wall around other people's code: torch's own differentiation ends the attempt, by any way."""

import sys
from contextlib import suppress
from typing import NoReturn

import pytest
import torch

from grader.child.derivative_wall import (
    DERIVATIVE,
    GATES,
    PACKAGES,
    PLAIN,
    REMOVED,
    DerivativeWall,
)
from grader.child.differences import CURVED
from grader.child.torch_modes import RECORDING
from grader.syntax.autodiff import MODULES
from grader.syntax.dialect import usual


class Over(BaseException):
    """What takes the place of the end of the process."""


def met(source: str) -> tuple[int, str, bool]:
    """Where code meets the wall: line, what, whether it is about the watch itself."""
    found: list[tuple[int, str, bool]] = []

    def end(line: int, what: str, aside: bool) -> NoReturn:
        found.append((line, what, aside))
        raise Over

    code = compile(source, "learner.py", "exec")
    scope = {"torch": torch, "x": torch.ones(3), "loss_of": lambda x: (x.sin() * x).sum()}
    wall = DerivativeWall("learner.py", end)
    with suppress(BaseException), torch.inference_mode(), wall:  # a script makes it another error
        exec(code, scope)
    return found[0]


BY_AUTOGRAD = """
with torch.inference_mode(False), torch.enable_grad():
    y = torch.ones(3, requires_grad=True)
    (y * y).sum().backward()
"""
BY_SCRIPT = '''
unit = torch.jit.CompilationUnit("""
def f(x):
    y = x * 2
    y.requires_grad_(True)
    (y * y).sum().backward()
    return y.grad
""")
with torch.inference_mode(False):
    unit.f(x)
'''
WAYS = [
    (BY_AUTOGRAD, 4, RECORDING),
    *((BY_AUTOGRAD.replace("y * y", f"torch.{by}"), 4, RECORDING) for by in (
        "mul(x, y)", "dot(x, y)", "stack([y, y])", "relu(y)", "where(x > 0, y, 0)", "tanh(y)")),
    ("y = torch.ones(3, requires_grad=True)\n\ny.exp()", 3, "requires_grad"),
    ("torch.nn.Parameter(torch.ones(2)).relu()", 1, "requires_grad"),
    ("torch.func.jacfwd(loss_of)(x)", 1, "_dispatch_library"),  # vmap's rules come first
    ("torch.func.jvp(loss_of, (x,), (x,))", 1, "_jvp_increment_nesting"),
    ("torch.func.grad(loss_of)(x)", 1, "_saved_tensors_hooks_disable"),
    ("torch._C._functorch._grad_increment_nesting()", 1, "_grad_increment_nesting"),
    ("torch.vmap(loss_of)(x)", 1, "_dispatch_library"),
    ("from torch._functorch.eager_transforms import jacrev\njacrev(loss_of)(x)", 2,
     "_saved_tensors_hooks_disable"),
    ("import torch.autograd.forward_ad as ad\nwith ad.dual_level():\n    ad.make_dual(x, x).sin()",
     2, "_enter_dual_level"),
    ("torch._log_softmax_backward_data(x, x, 0, x.dtype)", 1,
     "aten._log_softmax_backward_data.default"),
    ("torch.ops.aten.tanh_backward(x, x)", 1, "aten.tanh_backward.default"),
    ("torch.ops.aten.tanh_backward.default.redispatch(\n    torch._C.DispatchKeySet("
     "torch._C.DispatchKey.Python), x, x)", 1, "aten.tanh_backward.default"),
    # Past the mode: by a backend's own key, by the class behind the gate.
    ("torch.ops.aten.tanh_backward.default.redispatch(\n    torch._C.DispatchKeySet("
     "torch._C.DispatchKey.CPU), x, x)", 1, "aten.tanh_backward"),
    ("torch.ops.aten.tanh_backward.default._op_dk(torch._C.DispatchKey.CPU, x, x)", 1,
     "aten.tanh_backward"),
    ("guards = type.__subclasses__(torch._C._InferenceMode.__base__)\n"
     "aside = [one for one in guards if one.__name__ == '_DisableTorchDispatch'][0]\n"
     "with aside():\n    torch.ops.aten.tanh_backward(x, x)", 4, "aten.tanh_backward"),
    # Recorded there, past the mode.
    ("known = type.__subclasses__(torch._C.DispatchKey.__base__)\n"
     "aside = [one for one in known if one.__name__ == '_DisableTorchDispatch'][0]\n"
     "with torch.inference_mode(False), aside():\n    y = torch.empty(3, requires_grad=True)\n"
     "    y.exp()", 5, RECORDING),
    ("with torch.inference_mode(False):\n    y = torch.empty(3, requires_grad=True)\n"
     "    keys = torch._C.DispatchKeySet(torch._C.DispatchKey.AutogradNestedTensor)\n"
     "    torch.ops.aten.mul.Tensor.redispatch(\n"
     "        keys.add(torch._C.DispatchKey.CPU), y, y)", 4, RECORDING),
    ("torch._C._autograd._pop_saved_tensors_default_hooks()", 1,
     "_pop_saved_tensors_default_hooks"),
    ("torch._C._autograd._saved_tensors_hooks_set_tracing(True)", 1,
     "_saved_tensors_hooks_set_tracing"),
    ("with torch.autograd.graph.saved_tensors_hooks(torch.clone, torch.clone):\n    pass", 1,
     "_push_saved_tensors_default_hooks"),
    ("torch._C._jit_differentiate(None)", 1, "_jit_differentiate"),
    ("import sys\nsys.meta_path[0].find_spec('torch._decomp')", 2, "torch._decomp"),
    ("y = x.view(1, 3)\ntorch.ops.aten.native_batch_norm_backward(y, y, None, None, None, x, x,"
     " True, 1e-5, (True, True, True))", 2, "aten.native_batch_norm_backward.default"),
    (BY_SCRIPT, 10, RECORDING),
    ("torch.gradient(x)", 1, "aten.gradient.scalarint"),
    ("torch.ops.aten._standard_gamma_grad(x, x)", 1, "aten._standard_gamma_grad.default"),
    ("x.sin()\nimport sympy", 2, "sympy"),
    ("import importlib\nimportlib.import_module('autograd.numpy')", 2, "autograd"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "line", "what"), WAYS)
def test_what_differentiates_ends_the_attempt(source: str, line: int, what: str) -> None:
    assert met(source) == (line, what, what == "_dispatch_library")


@pytest.mark.parametrize(
    "source",
    [
        "with torch._C._DisableTorchDispatch():\n    x.sin()",
        "from torch.utils._python_dispatch import _disable_current_modes\n"
        "with _disable_current_modes():\n    x.sin()",
        "torch.utils._python_dispatch._pop_mode()",
        "torch._C._pop_torch_dispatch_stack()",
        "from torch.utils._python_dispatch import TorchDispatchMode\n"
        "with TorchDispatchMode():\n    pass",
        "torch._C._ExcludeDispatchKeyGuard(torch._C.DispatchKeySet(torch._C.DispatchKey.Python))",
        "torch._C._AutoDispatchBelowAutograd()",
        "torch.library.Library('aten', 'IMPL')",
        "torch._C._dispatch_tls_set_dispatch_key_excluded(torch._C.DispatchKey.Python, True)",
    ],
)
def test_what_puts_the_wall_aside_ends_the_attempt(source: str) -> None:
    line, what, aside = met(source)
    assert aside and line > 0 and what


@pytest.mark.parametrize(
    ("name", "given"),
    [("_pop_torch_dispatch_stack", [None]), ("_pop_saved_tensors_default_hooks", [])],
)
def test_a_wall_that_is_gone_in_the_end_is_noticed(name: str, given: list[None]) -> None:
    pop = next(original for _, gate, original, _ in GATES if gate == name)
    found = []

    def end(line: int, what: str, aside: bool) -> NoReturn:
        found.append((line, what, aside))
        raise Over

    with pytest.raises(Over), torch.inference_mode(), DerivativeWall("learner.py", end):
        pop(*given)
    assert found == [(0, REMOVED, True)]


def test_routes_that_are_gone_in_the_end_are_noticed() -> None:
    assert met("from grader.child.derivative_wall import lift_routes\nlift_routes()") == (
        0, REMOVED, True,
    )  # fmt: skip


@pytest.mark.parametrize("how", ["insert(0, sys.meta_path[1])", "pop(0)", "clear()"])
def test_who_finds_packages_before_it_is_noticed(how: str) -> None:
    before = sys.meta_path[:]
    try:
        assert met(f"import sys\nsys.meta_path.{how}") == (0, REMOVED, True)
    finally:
        sys.meta_path[:] = before


def test_code_that_only_computes_passes_and_torch_is_as_it_was() -> None:
    def end(line: int, what: str, aside: bool) -> NoReturn:
        raise AssertionError((line, what, aside))

    before = [getattr(holder, name) for holder, name, _, _ in GATES]
    x = torch.randn(4, 3)
    with torch.inference_mode(), DerivativeWall("learner.py", end):
        with torch.no_grad(), torch.enable_grad():
            y = torch.einsum("ij,kj->ik", x.tanh(), x).softmax(1)
        assert "tensor(" in str(y) and f"{y[0, 0]:.2f}"
        y[range(4), [0, 1, 2, 0]] -= 1
        torch.nn.functional.layer_norm(x, (3,)), x.tolist(), torch.zeros(2, requires_grad=False)
    assert [getattr(holder, name) for holder, name, _, _ in GATES] == before
    assert torch._C._len_torch_dispatch_stack() == 0
    assert y.sum().item() == pytest.approx(0, abs=1e-5)
    recorded = torch.ones(3, requires_grad=True)
    (recorded * 2).sum().backward()
    assert recorded.grad is not None and recorded.grad.tolist() == [2, 2, 2]


def test_what_passes_below_the_mode_says_nothing_of_a_derivative() -> None:
    for name in PLAIN:
        short = name.partition(".")[0]
        assert not DERIVATIVE.fullmatch(short) and not CURVED.fullmatch(short), name


def test_it_knows_the_usual_operators_and_every_one_that_is_given_a_gradient() -> None:
    assert len(GATES) >= 18
    assert {name for name in MODULES if not name.startswith("torch")} < PACKAGES
    for schema in torch._C._jit_get_all_schemas():
        given = {argument.name for argument in schema.arguments}
        refused = DERIVATIVE.fullmatch(schema.name.partition("::")[2])
        if given & {"grad", "grad_out", "grad_output", "grad_outputs", "grad_input"}:
            assert refused, schema.name
        if schema.name.partition("::")[2] in dir(torch) and schema.name.startswith("aten::"):
            assert not refused or not listed(schema.name[6:]), schema.name


def listed(name: str) -> bool:
    return name in usual().modules["torch"] or name in usual().tensors
