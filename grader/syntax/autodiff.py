"""Automatic differentiation in a submission's text: what a manual backward has no use for.

Looked for where `backward` and what it reaches say so, by what the names there stand for: torch's
reverse and forward mode, its own derivative kernels, other packages that differentiate, and what
keeps the child from noticing. That is detection, not proof: a program can hide what it calls. The
child looks at what is called (torch_modes.py); other people's code is held to a list (dialect.py).
"""

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from grader.syntax.names import Names, NameScope, Path

MODULES = ("torch.autograd", "torch.func", "torch._functorch", "torch._C._functorch", "functorch",
           "jax", "autograd", "tensorflow", "tinygrad", "theano", "pytensor", "aesara", "casadi",
           "mxnet")  # fmt: skip
CALLS = ("backward", "requires_grad_", "retain_grad", "enable_grad", "set_grad_enabled",
         "jvp", "vjp", "jacobian", "jacrev", "jacfwd", "hessian", "grad_and_value")  # fmt: skip
# The derivatives that torch's own backward is made of: torch.ops.aten.tanh_backward.default.
KERNEL = re.compile(r"torch\.(.*[._])?(backward(_\w+)?|jvp|vjp|make_dual)(\.\w+)?")
STRAY = "backward"
BLINDS = ("torch._C.DisableTorchFunction", "torch._C._DisableTorchDispatch")


class Forbidden(NamedTuple):
    """What is not for a derivation by hand, and where. `why` is a key of messages.FORBIDDEN."""

    line: int  # 0: outside the learner's file
    what: str
    why: str = "autodiff"

    @property
    def stray(self) -> bool:
        """Whether it is a statement `loss.backward()`, left over from the lecture. Forward values
        have no graph, so it raises: no gradient comes from it."""
        return self.why == STRAY


def autodiff_in(names: Names, entry: str) -> Forbidden | None:
    """The first use in what `entry` reaches, or None. `names`: of the whole file."""
    calls = set(CALLS)
    if any(_is_method(node, "backward") for node, scope in names.nodes if scope.is_class):
        calls.discard("backward")  # a layer's own, written by hand, is none
    reached = list(_reached(names, entry))
    statements = {id(node.value) for node, _ in reached if isinstance(node, ast.Expr)}
    found = [use for at in reached for use in _uses(*at, names, calls, statements)]
    return min([use for use in found if not use.stray] or found, default=None)


def _is_method(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.FunctionDef) and node.name == name


def _reached(names: Names, entry: str) -> Iterator[tuple[ast.AST, NameScope]]:
    """All in `entry`, and in what it names of the module, directly or not.

    Where there is no such function (a lambda, a name bound to another) all of the file.
    """
    makers: dict[str, list[int]] = {}
    functions = set[str]()
    for number, (statement, start, end) in enumerate(names.statements):
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            functions.add(statement.name)
            makers.setdefault(statement.name, []).append(number)
        elif not isinstance(statement, ast.Import | ast.ImportFrom):
            for node, _ in names.nodes[start:end]:
                if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                    makers.setdefault(node.id, []).append(number)
    if entry not in functions:
        for statement, start, end in names.statements:
            if not isinstance(statement, ast.Import | ast.ImportFrom):
                yield from names.nodes[start:end]
        return
    pending = makers.pop(entry)
    seen = set(pending)
    while pending:
        _, start, end = names.statements[pending.pop()]
        for node, scope in names.nodes[start:end]:
            yield node, scope
            if isinstance(node, ast.Name):
                new = [at for at in makers.pop(node.id, ()) if at not in seen]
                seen.update(new)
                pending += new


def _uses(
    node: ast.AST, scope: NameScope, names: Names, calls: set[str], statements: set[int]
) -> Iterator[Forbidden]:
    """`statements`: the ids of the calls whose result nothing takes."""
    match node:
        case ast.Call(func=ast.Attribute(attr="backward")) if (
            "backward" in calls and id(node) in statements
        ):
            yield Forbidden(node.lineno, ".backward(...)", STRAY)
        case ast.Call(func=ast.Attribute(attr=name)) if name in calls:
            yield Forbidden(node.lineno, f".{name}(...)")
        case ast.Attribute(attr="requires_grad", ctx=ast.Store()):
            yield Forbidden(node.lineno, "requires_grad")
        case ast.keyword(arg="requires_grad", value=value):
            if not (isinstance(value, ast.Constant) and value.value is False):
                yield Forbidden(node.value.lineno, "requires_grad")
        case ast.Import(names=imported):
            for alias in imported:
                if _differentiates(alias.name):
                    yield Forbidden(node.lineno, alias.name)
    if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load):
        for path in names.paths(node, scope):
            if path in BLINDS:
                yield Forbidden(node.lineno, path, "blind")
            elif path is not None and _differentiates(path):
                outer = path.rpartition(".")[0]
                if isinstance(node, ast.Name) or not _differentiates(outer):
                    yield Forbidden(node.lineno, path)


def _differentiates(path: Path) -> bool:
    if path is None:
        return False
    if path.startswith(MODULES) and any(f"{path}.".startswith(f"{one}.") for one in MODULES):
        return True
    return KERNEL.fullmatch(path) is not None
