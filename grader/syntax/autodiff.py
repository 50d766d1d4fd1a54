"""Automatic differentiation in a submission's text: what a manual backward has no use for.

Looked for where `backward` and the functions it reaches say so. That is detection, not
proof: a program can hide what it calls. The child looks at what is called (modes.py).
"""

import ast
from collections.abc import Iterable, Iterator

MODULES = ("torch.autograd", "torch.func", "functorch", "jax", "autograd", "tensorflow",
           "tinygrad", "theano", "pytensor", "aesara", "casadi", "mxnet")  # fmt: skip
CALLS = ("backward", "requires_grad_", "retain_grad", "enable_grad", "set_grad_enabled",
         "jvp", "vjp", "jacobian", "jacrev", "jacfwd", "hessian", "grad_and_value")  # fmt: skip


def autodiff_in(tree: ast.Module, entry: str) -> tuple[int, str] | None:
    """(line, what is written there) of the first use in what `entry` reaches, or None."""
    nodes = list(ast.walk(tree))
    foreign = dict(_foreign_names(nodes))
    calls = set(CALLS) - _methods(nodes)  # a layer's own `backward`, written by hand, is none
    return min(_uses(_reached(tree, entry), foreign, calls), default=None)


def _methods(nodes: Iterable[ast.AST]) -> set[str]:
    classes = [node for node in nodes if isinstance(node, ast.ClassDef)]
    return {
        part.name for node in classes for part in node.body if isinstance(part, ast.FunctionDef)
    }


def _foreign_names(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, str]]:
    """(name, module) for what an import anywhere binds to a module that differentiates."""
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                if _differentiates(alias.name) and (alias.asname or "." not in alias.name):
                    yield alias.asname or alias.name, alias.name
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            for alias in node.names:
                if _differentiates(f"{node.module}.{alias.name}") or _differentiates(node.module):
                    yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def _differentiates(module: str) -> bool:
    return any(module == known or module.startswith(known + ".") for known in MODULES)


def _reached(tree: ast.Module, entry: str) -> Iterator[ast.AST]:
    """All in `entry`, and in the functions and classes of the file that it names, directly or not.

    Where there is no such function (a lambda, a name bound to another) all of the file.
    """
    definitions: dict[str, ast.AST] = {
        node.name: node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)
    }
    if entry not in definitions:
        for statement in tree.body:
            if not isinstance(statement, ast.Import | ast.ImportFrom):
                yield from ast.walk(statement)
        return
    reached, pending = {entry}, [entry]
    while pending:
        for node in ast.walk(definitions[pending.pop()]):
            yield node
            if not isinstance(node, ast.Name) or node.id in reached:
                continue
            if node.id in definitions:
                reached.add(node.id)
                pending.append(node.id)


def _uses(
    nodes: Iterable[ast.AST], foreign: dict[str, str], calls: set[str]
) -> Iterator[tuple[int, str]]:
    for node in nodes:
        match node:
            case ast.Call(func=ast.Attribute(attr=name)) if name in calls:
                yield node.lineno, f".{name}(...)"
            case ast.Attribute(value=ast.Name(id="torch"), attr="autograd" | "func" as name):
                yield node.lineno, f"torch.{name}"
            case ast.Attribute(attr="requires_grad", ctx=ast.Store()):
                yield node.lineno, "requires_grad"
            case ast.keyword(arg="requires_grad", value=value):
                if not (isinstance(value, ast.Constant) and value.value is False):
                    yield node.value.lineno, "requires_grad"
            case ast.Name(id=name, ctx=ast.Load()) if name in foreign:
                yield node.lineno, foreign[name]
            case ast.Import(names=names):
                for alias in names:
                    if _differentiates(alias.name):
                        yield node.lineno, alias.name
