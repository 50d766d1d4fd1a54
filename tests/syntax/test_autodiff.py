"""Autograd inside a manual backward is found, in the text or while it runs, and forbidden."""

import ast
from collections.abc import Callable

import pytest

from grader.report import Report
from grader.syntax.autodiff import Forbidden, autodiff_in
from grader.syntax.gradients import ENTRY
from grader.syntax.names import Names

HEAD = "import torch\nimport torch.nn.functional as F\n"
PLAIN = """
def backward(n, Yb, logits):
    with torch.inference_mode(False), torch.enable_grad():
        x = logits.clone().requires_grad_()
        F.cross_entropy(x, Yb).backward()
    dlogits = x.grad
    return {"dlogits": dlogits}
"""
BY_GRAD = """
def backward(n, Yb, logits):
    with torch.inference_mode(False), torch.enable_grad():
        x = logits.clone()
        x.requires_grad = True
        (dlogits,) = torch.autograd.grad(F.cross_entropy(x, Yb), x)
    return {"dlogits": dlogits}
"""
IN_A_HELPER = """
def by_machine(logits, Yb):
    with torch.inference_mode(False), torch.enable_grad():
        x = torch.tensor(logits.tolist(), requires_grad=True)
        F.cross_entropy(x, Yb).backward()
    return x.grad

def backward(n, Yb, logits):
    return {"dlogits": by_machine(logits, Yb)}
"""
BY_FUNC = """
from torch.func import grad

def backward(n, Yb, logits):
    return {"dlogits": grad(lambda x: F.cross_entropy(x, Yb))(logits)}
"""
HIDDEN = """
def backward(n, Yb, logits):
    on = getattr(torch, "enable_" + "grad")
    with torch.inference_mode(False), on():
        x = logits.clone()
        getattr(x, "requires_" + "grad_")()
        loss = F.cross_entropy(x, Yb)
        getattr(loss, "back" + "ward")()
    return {"dlogits": x.grad}
"""
MANUAL = """
class CrossEntropy:
    def __init__(self, logits, Yb):
        self.probs, self.Yb = F.softmax(logits, 1), Yb

    def backward(self, dout=1.0):
        d = self.probs.clone()
        d[range(len(self.Yb)), self.Yb] -= 1
        return dout * d / len(self.Yb)

def backward(n, Yb, logits):
    assert not logits.requires_grad
    dlogits = torch.zeros_like(logits, requires_grad=False)
    with torch.no_grad():
        dlogits += CrossEntropy(logits, Yb).backward()
    return locals()

def checked_against_autograd(logits, Yb):
    x = logits.clone().requires_grad_()
    F.cross_entropy(x, Yb).backward()
    return x.grad
"""


def found_in(source: str) -> Forbidden | None:
    return autodiff_in(Names(ast.parse(source)), ENTRY)


@pytest.mark.parametrize(
    "source",
    [PLAIN, BY_GRAD, IN_A_HELPER, BY_FUNC, HIDDEN],
    ids=["backward()", "autograd.grad", "in a helper", "torch.func", "hidden from the text"],
)
def test_autograd_is_found_and_its_gradients_are_forbidden(
    source: str, grade_text: Callable[..., Report]
) -> None:
    report = grade_text(HEAD + source, "exercise2")
    assert [gradient.verdict for gradient in report.gradients] == ["forbidden"]
    assert not report.passed and report.score == 0
    assert report.error is not None and "automatic differentiation" in report.error


def test_the_line_is_named() -> None:
    assert found_in(HEAD + PLAIN) == (5, ".enable_grad(...)", "autodiff")


def test_a_layer_with_a_backward_of_its_own_and_a_check_beside_are_no_autograd(
    grade_text: Callable[..., Report],
) -> None:
    report = grade_text(HEAD + MANUAL, "exercise2")
    assert report.passed, report.error


def test_an_import_that_is_not_used_in_backward_is_none() -> None:
    source = "from torch.autograd import grad\nimport jax\n\ndef backward(x):\n    dx = x\n"
    assert found_in(source) is None
    assert found_in(source + "    dx = jax.grad(x)\n") == (6, "jax", "autodiff")


# (module, body of backward, what is found on the last line of either)
ELSEWHERE = [
    ("import torch as t\nloss = F.cross_entropy\nby_machine = t.func.jacfwd(loss)",
     "return {'dlogits': by_machine(logits, Yb)}", ".jacfwd(...)"),
    ("f = torch._functorch.eager_transforms\ng = f.jacfwd", "dlogits = g(logits)",
     "torch._functorch"),
    ("", "dlogits = torch._log_softmax_backward_data(a, b, 1, a.dtype)",
     "torch._log_softmax_backward_data"),
    ("ops = torch.ops.aten", "dlogits = ops._softmax_backward_data.default(a, b)",
     "torch.ops.aten._softmax_backward_data"),
    ("from torch import native_batch_norm_backward as f", "dlogits = f(a)",
     "torch.native_batch_norm_backward"),
    ("", "with torch._C.DisableTorchFunction():\n        pass", "torch._C.DisableTorchFunction"),
    ("class A:\n    def backward(self): pass\n    def requires_grad_(self): pass\n"
     "    def enable_grad(self): pass", "x.requires_grad_()", ".requires_grad_(...)"),
    ("class A:\n    def backward(self): pass", "torch.autograd.backward(x)", "torch.autograd"),
]  # fmt: skip


@pytest.mark.parametrize(("module", "body", "what"), ELSEWHERE)
def test_it_is_found_under_other_names_and_in_torchs_own_kernels(
    module: str, body: str, what: str
) -> None:
    found = found_in(f"{HEAD}{module}\n\ndef backward(n, Yb, logits):\n    {body}\n")
    assert found is not None and found.what.startswith(what)


def test_what_backward_does_not_reach_is_left_alone() -> None:
    module = "import torch as t\nby_machine = t.func.jacfwd(len)\nchecked = by_machine\n"
    assert found_in(HEAD + module + "\ndef backward(x):\n    dx = x\n") is None
