"""The dialect: what a derivation by hand does not need is forbidden on its line, and only that."""

import ast
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.cli.submissions import wanted_of
from grader.course import EXERCISES
from grader.course.exercise import load_exercise
from grader.render.messages import FORBIDDEN
from grader.syntax.autodiff import Forbidden
from grader.syntax.dialect import LIST, allowing, read_sections, usual
from grader.syntax.forbidden import first_forbidden
from grader.syntax.names import Names
from grader.syntax.notebook import Notebook, read_notebook
from grader.workspace import kit
from tests.corpus import right_forms
from tests.mutation.mutants import proposed
from tests.mutation.syntax import edited, worked_answer
from tests.whole_forms import BODY, IN_CHAIN, SEEN_THROUGH

HEAD = "import torch, math\nimport torch.nn.functional as F\n"
NOTEBOOKS = Path(__file__).parent.parent / "notebooks"


def found_in(source: str, exercise: str | None = None) -> Forbidden | None:
    allows = load_exercise(exercise).allows if exercise else ()
    return first_forbidden(Names(ast.parse(source)), allowing(usual(), allows))


# (what is written, what is found there, why). Where it matters, on several lines.
OUTSIDE = [
    # Imports, under whatever name.
    ("import sympy", "sympy", "import"),
    ("import os.path as torch", "os.path", "import"),
    ("import torch.func", "torch.func", "import"),
    ("from torch import func as log", "torch.func", "attribute"),
    ("from torch.autograd.functional import jacobian", "torch.autograd.functional", "import"),
    ("from torch._C import *", "torch._C", "import"),
    ("from torch import *", "from torch import *", "star"),
    ("from . import solutions", ".", "import"),
    ("class A:\n    import torch", "torch", "in_class"),
    ("try:\n    import jax\nexcept Exception:\n    pass", "jax", "import"),
    ("def f():\n    from math import sympy", "math.sympy", "attribute"),
    # Attributes of modules, through aliases.
    ("torch.func.jacfwd", "torch.func", "attribute"),
    ("T = torch\nf = T.func", "torch.func", "attribute"),
    ("(a, b), c = (torch, F), 1\na.ops", "torch.ops", "attribute"),
    ("def f():\n    global t\n    t = torch\n\ndef g():\n    t.jit", "torch.jit", "attribute"),
    ("F.torch", "torch.nn.functional.torch", "attribute"),
    ("F.grad", "torch.nn.functional.grad", "attribute"),
    ("torch._log_softmax_backward_data", "torch._log_softmax_backward_data", "attribute"),
    ("torch.native_batch_norm_backward", "torch.native_batch_norm_backward", "attribute"),
    ("(t := torch).ops", "torch.ops", "attribute"),
    ("def f():\n    return [x.ops for x in x.y] if (x := torch) else 0", ".ops", "attribute"),
    ("torch.Tensor.backward", "torch.Tensor.backward", "attribute"),
    ("torch.inference_mode(False)", "torch.inference_mode", "attribute"),
    ("torch.set_grad_enabled(True)", "torch.set_grad_enabled", "attribute"),
    ("torch.load('x')", "torch.load", "attribute"),
    ("torch.compile", "torch.compile", "attribute"),
    ("torch.gradient", "torch.gradient", "attribute"),
    # Modules as values: then nothing unknown is a module.
    ("f(torch)", "torch", "module"),
    ("[F]", "torch.nn.functional", "module"),
    ("def f(t=torch):\n    pass", "torch", "module"),
    ("for t in (torch,):\n    pass", "torch", "module"),
    ("t = torch if 1 else 2", "torch", "module"),
    ("g = lambda: math", "math", "module"),
    ("x.home = torch", "torch", "module"),
    ("class A:\n    t = torch\nA.t.ops", "torch", "module"),
    ("t = torch\ndef f():\n    t = 1\n    class A:\n        y = [t]\n        t = 2", "torch",
     "module"),
    ("f(t := torch)", "torch", "module"),
    ("[(t := torch) for i in x]", "torch", "module"),
    ("x.y = t = torch", "torch", "module"),
    ("t = x[0] = torch", "torch", "module"),
    ("t = (u, v) = (torch, 1)", "torch", "module"),
    ("def f():\n    t = torch\n    return locals()\nf()", "locals", "locals"),
    ("def f():\n    import torch as t\n    return {**locals()}\nf()", "locals", "locals"),
    ("def f():\n    t = torch\n    def g():\n        return t.log(x), locals()\n    return g",
     "locals", "locals"),
    ("def f():\n    t = torch\n    return locals()['t']", "locals", "locals"),
    ("a, *b = torch, 1", "torch", "module"),
    # Attributes of what is not known.
    ("x.requires_grad_()", ".requires_grad_", "attribute"),
    ("x.grad_fn", ".grad_fn", "attribute"),
    ("x.register_hook(f)", ".register_hook", "attribute"),
    ("x.storage()", ".storage", "attribute"),
    ("class A:\n    base = 1\nx.numpy().base.data = x", ".base", "reserved"),
    ("class A:\n    sys = ops = _C = 1\nx.ops", ".ops", "reserved"),
    ("class A:\n    sys = ops = _C = 1\nx.sys", ".sys", "reserved"),
    ("(i for i in x).gi_frame", ".gi_frame", "attribute"),
    ("class A:\n    gi_frame = 1\n(i for i in x).gi_frame", ".gi_frame", "reserved"),
    ("class A:\n    def requires_grad_(self):\n        pass\nx.requires_grad_()",
     ".requires_grad_", "reserved"),
    ("match x:\n    case object(grad_fn=y):\n        pass", ".grad_fn", "attribute"),
    ("'{0.y.z}'.format(x)", ".format", "attribute"),
    ("'{:{0.y}}'.format(x)", ".format", "attribute"),
    ("'{0.y}'.format_map(x)", ".format_map", "attribute"),
    ("f'{x.mro()}'", ".mro", "attribute"),
    # Underscores.
    ("x.__class__", ".__class__", "underscore"),
    ("f.__globals__", ".__globals__", "underscore"),
    ("x._base", "._base", "underscore"),
    ("x._make_subclass = 1", "._make_subclass", "underscore"),
    ("match x:\n    case object(__class__=y):\n        pass", ".__class__", "underscore"),
    ("torch._C", "torch._C", "attribute"),
    ("__builtins__", "__builtins__", "underscore"),
    ("import math as __builtins__", "__builtins__", "underscore"),
    ("__builtins__ = {}", "__builtins__", "underscore"),
    ("def f():\n    global __builtins__\n    for __builtins__ in x:\n        pass",
     "__builtins__", "underscore"),
    ("def __getattr__(name):\n    return 1", "__getattr__", "underscore"),
    ("class A:\n    def __torch_function__(self):\n        pass", "__torch_function__",
     "underscore"),
    ("class A:\n    def __getattr__(self, name):\n        pass", "__getattr__", "underscore"),
    ("class A:\n    __class__ = float", "__class__", "underscore"),
    ("class A:\n    __match_args__ = ('__dict__',)", "__match_args__", "underscore"),
    ("_handgrad", "_handgrad", "underscore"),
    ("super().__getattribute__('x')", ".__getattribute__", "underscore"),
    # Python's own functions.
    *((f"{name}(x)", name, "builtin") for name in (
        "exec", "eval", "compile", "getattr", "delattr", "globals", "open", "breakpoint", "dir",
        "input", "memoryview", "help", "exit")),
    ("g = getattr\ng(torch, 'func')", "getattr", "builtin"),
    # Where the file binds the name, it may not have done so yet.
    ("g = getattr\ngetattr = 1", "getattr", "builtin"),
    ("if 0:\n    getattr = 1\ndef f():\n    return getattr(x, 'y')", "getattr", "builtin"),
    ("class A:\n    y = getattr\n    getattr = 1", "getattr", "builtin"),
    ("if 0:\n    locals = 1\nlocals()", "locals", "locals"),
    ("if 0:\n    class type:\n        pass\nclass A(type):\n    pass", "type", "type"),
    ("if 0:\n    def print(x):\n        pass\nprint(type(x))", "type", "type"),
    ("__import__('os')", "__import__", "underscore"),
    ("vars(x)", "vars", "vars"),
    ("def f(g):\n    return vars(g)\nf(x)", "vars", "vars"),
    ("class A:\n    def f(self):\n        return vars(self)", "vars", "vars"),
    ("def f():\n    def g(x):\n        return vars(x)\n    return g", "vars", "vars"),
    ("x: (z := locals()) = 1", "locals", "locals"),
    ("x: type('A', (), {}) = 1", "type", "type"),
    ("def f(x: (z := vars(f))):\n    pass", "vars", "vars"),
    ("def f() -> setattr(g, 'a' + 'b', 1):\n    pass", "setattr", "setattr"),
    ("x: f(torch.Tensor) = 1", "torch.Tensor", "class"),
    ("class E:\n    def __eq__(self, o):\n        pass\nA = E()\nclass B:\n    r = A == [vars]\n"
     "    class A:\n        pass", "vars", "vars"),
    ("setattr(*(x, '__class__'), 'a', *())", "setattr", "setattr"),
    ("print(type(*('A', (), {})))", "type", "type"),
    ("from torch import nn\nclass A(nn.Module):\n    def f(self):\n        self._buffers = 1\n"
     "A()._buffers", "._buffers", "underscore"),
    ("def f():\n    g = type(x)\n    return vars(g)", "type", "type"),
    ("locals()['x']", "locals", "locals"),
    ("[locals() for i in x]", "locals", "locals"),
    ("setattr(x, 'a' + 'b', 1)", "setattr", "setattr"),
    ("setattr(torch, 'log', 1)", "torch.log", "assigned"),
    ("setattr(x, '__class__', 1)", ".__class__", "underscore"),
    ("setattr(x, 'sum', 1)", ".sum", "assigned"),
    ("s = setattr", "setattr", "setattr"),
    ("hasattr(x, name)", "hasattr", "hasattr"),
    ("type('A', (), {})", "type", "type"),
    ("type(type(x))('A', (), {})", "type", "type"),
    ("t = type", "type", "type"),
    ("class A(type):\n    pass", "type", "base"),
    ("def print(t):\n    return t('A', (), {})\nprint(type(x))", "type", "type"),
    ("class A:\n    def __eq__(self, t):\n        return t('A', (), {})\nA() == type(A)", "type",
     "type"),
    ("class A:\n    ctypes = _ctypes = 1\nx.ctypes._ctypes", "._ctypes", "underscore"),
    ("class A:\n    def format(self):\n        pass\n'{0.y}'.format(x)", ".format", "reserved"),
    ("class A:\n    def f(self):\n        self.sum = 1\nA.f(torch.Tensor)", "torch.Tensor",
     "class"),
    ("def f(t=torch.Tensor):\n    pass", "torch.Tensor", "class"),
    # Assignments to what is not the learner's.
    ("torch.log = f", "torch.log", "assigned"),
    ("F.relu, x = 1, 2", "torch.nn.functional.relu", "assigned"),
    ("del torch.log", "torch.log", "assigned"),
    ("torch.nn.Module.forward = f", "torch.nn.Module.forward", "assigned"),
    ("torch.einsum.name = 1", "torch.einsum.name", "assigned"),
    ("from torch import nn\ndef f(k):\n    k.forward = 1\nf(nn.Module)", "torch.nn.Module",
     "class"),
    ("class A:\n    obj = 1\ntry:\n    x\nexcept AttributeError as e:\n    e.obj", ".obj",
     "reserved"),
    ("torch.Tensor.sum = f", "torch.Tensor.sum", "assigned"),
    ("for math.pi in x:\n    pass", "math.pi", "assigned"),
    ("with f() as torch.log:\n    pass", "torch.log", "assigned"),
    ("def f(t):\n    t.sum = 1\nf(x)", ".sum", "assigned"),
    ("class A:\n    def f(self, other):\n        self = other\n        self.sum = 1", ".sum",
     "assigned"),
    # Definitions.
    ("@torch.jit.script\ndef f():\n    pass", "@torch.jit.script", "decorator"),
    ("@f\ndef g():\n    pass", "@f", "decorator"),
    ("property = f\nclass A:\n    @property\n    def g(self):\n        pass", "@property",
     "decorator"),
    ("class A(metaclass=B):\n    pass", "metaclass=", "metaclass"),
    ("class A(torch.Tensor):\n    pass", "torch.Tensor", "base"),
    ("class A(f()):\n    pass", "f", "base"),
    ("B = type(x)\nclass A(B):\n    pass", "type", "type"),
    ("async def f():\n    pass", "async def", "async"),
    ("torch.zeros(3, requires_grad=True)", "requires_grad", "autodiff"),
    ("f(requires_grad=x)", "requires_grad", "autodiff"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "what", "why"), OUTSIDE)
def test_what_a_derivation_does_not_need_is_found_on_its_line(
    code: str, what: str, why: str
) -> None:
    names = Names(ast.parse(HEAD + code))
    found = first_forbidden(names, usual())
    assert found is not None
    assert (found.what, found.why) == (what, why)
    assert found.line > HEAD.count("\n")
    assert what in FORBIDDEN[found.why].format(what)
    text = code.split("\n")[found.line - 1 - HEAD.count("\n")]
    assert what.rpartition(".")[2].strip("@=")[:4] in text or why in ("import", "module")


FREE = """
from math import log, pi as the_number
from torch import nn, tanh as squash

T = torch
zeros, (ones, G) = T.zeros, (torch.ones, F)

class Layer(nn.Module):
    __slots__ = ("_cache", "sum")
    _count: int = 0

    def __init__(self, n):
        super().__init__()
        self.sum, self._cache, self.name, self.new = zeros(n), None, "layer", type(n) is int

    @staticmethod
    def loss_of(x, _=None):
        for _ in range(3):
            x = x + the_number
        return G.softmax(x, dim=1).sum(1, keepdim=True).log().mean()

    @property
    def size(self):
        return self.sum.shape[0] if hasattr(self, "sum") else 0

    def backward(self, dout):
        print("{} and {:.3f}".format(dout.dtype, 1.0), type(dout), f"{type(dout).__name__}")
        return (1 - self._cache**2) * dout

class Value(Layer):
    def __add__(self, other):
        out = Value(self.data + other.data)

        def _backward():
            self.grad += out.grad
        out._backward = _backward
        setattr(out, "label", "+")
        return out
    __radd__ = __add__

class Other(ValueError):
    pass

@torch.no_grad()
def backward(n, x, *rest, **more):
    layer = Layer(n)
    with torch.no_grad():
        d = layer.backward(squash(x)).view(-1, 3)
    try:
        d[range(n), 0] += log(2)
    except (Other, IndexError) as error:
        raise ValueError(*error.args) from error
    if __name__ == "__main__":
        layer.loss_of(x)
    x: torch.Tensor = x.T
    if type(x) is torch.Tensor and isinstance(x, (torch.Tensor, int)) and type(n) in (int, float):
        x = torch.Tensor([1.0]) if type(d) == torch.Tensor else x
    if type(layer) == Layer or type(layer) != type(x):
        pass
    return {**locals(), "dx": max([d], key=lambda t: t.sum()).to(torch.float64)}
"""


def test_what_learners_write_is_free() -> None:
    assert found_in(HEAD + FREE) is None


def honest() -> Iterator[tuple[str, str, str]]:
    """(exercise, what it is, its text)"""
    for form in right_forms():
        yield form.exercise, form.name, form.source
    for name in EXERCISES:
        answer = worked_answer(load_exercise(name))
        yield name, "worked", answer.source
        yield name, "the stub", kit.pristine_stub(name)
        for change in proposed(name):
            if change.rewrite:
                yield name, change.operator, edited(answer.source, change.edits)
    for kept, form in (SEEN_THROUGH | IN_CHAIN).items():
        yield "exercise1", kept, form(BODY)
    for path in sorted(NOTEBOOKS.iterdir()):
        notebook = read_notebook(path, {})
        assert isinstance(notebook, Notebook)
        for name in ("exercise1", "exercise2", "exercise3", "exercise4"):
            wanted = wanted_of(load_exercise(name))
            if notebook.holds(wanted):
                yield name, path.name, notebook.submission(wanted).source


def test_no_right_form_rewrite_worked_answer_or_notebook_is_refused() -> None:
    read = list(honest())
    assert len(read) > 1400
    refused = [(*which, found) for *which, text in read if (found := found_in(text, which[0]))]
    assert refused == []


def test_torch_and_math_may_be_imported_and_what_a_course_allows() -> None:
    parts = {name for name in usual().modules if name.partition(".")[0] != "torch"}
    assert parts == {"math"}
    for module, names in usual().optional.items():
        source = f"from {module} import {min(names)}\n"
        refused = Forbidden(1, module, "import")
        for name in (None, *EXERCISES):
            allowed = name is not None and module in load_exercise(name).allows
            assert found_in(source, name) == (None if allowed else refused), (module, name)
        wider = usual().widened({module: []})  # as a class's policy has it
        assert first_forbidden(Names(ast.parse(source)), wider) is None
    for name in EXERCISES:
        assert {*load_exercise(name).allows} <= usual().optional.keys()


def test_it_costs_five_milliseconds_at_most() -> None:
    for name in EXERCISES:
        tree = ast.parse(kit.solution_source(name))
        costs = []
        for _ in range(7):
            start = time.process_time()
            first_forbidden(Names(tree), usual())
            costs.append(time.process_time() - start)
        assert min(costs) < 0.005, name


def test_a_wider_dialect_allows_what_it_names() -> None:
    wider = usual().widened({"scipy.special": ["erf"]}, ["getattr"], ["grad_fn"])
    source = "from scipy.special import erf\nf = getattr(x, 'y').grad_fn\n"
    names = Names(ast.parse(source))
    assert first_forbidden(names, wider) is None
    found = first_forbidden(names, usual())
    assert found is not None and found.line == 1
    beyond = Names(ast.parse("from scipy.special import gamma\n"))
    assert first_forbidden(beyond, wider) == (1, "scipy.special.gamma", "attribute")


CONSTRAINTS = Path(__file__).parent.parent.parent / "constraints.txt"


def test_the_list_is_what_the_installed_torch_has() -> None:
    """After another torch: grade dev dialect, and read the difference."""
    import math

    import torch

    from grader.cli.dialect_from_torch import rewritten

    release = torch.__version__.partition("+")[0]
    if f"torch=={release}\n" not in CONSTRAINTS.read_text(encoding="utf-8"):
        pytest.skip(f"the list is made from the torch of constraints.txt; this is {release}")
    text = LIST.read_text(encoding="utf-8")
    assert rewritten(text) == text
    assert usual().modules["math"] <= set(dir(math))


def test_all_that_is_listed_is_there_and_nothing_that_differentiates() -> None:
    import torch

    for module in ("torch", "torch.nn.functional", "torch.linalg", "torch.special"):
        owner = torch
        for part in module.split(".")[1:]:
            owner = getattr(owner, part)
        gone = [name for name in usual().modules[module] if not hasattr(owner, name)]
        assert gone == [], module
    assert [name for name in usual().tensors if not hasattr(torch.Tensor, name)] == []
    words = {word for words in read_sections(LIST.read_text("utf-8")).values() for word in words}
    listed = words - usual().reserved - {"grad", "no_grad"}
    assert not [word for word in listed if "grad" in word or word.endswith(("vjp", "jvp"))]
