"""Where the methods of a learner's classes write what: places, as an exercise names them.

"BatchNorm1d.backward:self.dgain" is what that method assigns to self.dgain, and
"Value.__mul__._backward:other.grad" the same in a function inside the method;
"BatchNorm1d.backward:return" is what it returns, and "kaiming_std():return" the same of a
function outside the classes. Imports no torch.
"""

import ast
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

Function = ast.FunctionDef
PLAIN = (ast.Assign, ast.AugAssign, ast.AnnAssign)


def methods(tree: ast.Module) -> Iterator[tuple[str, Function]]:
    """Every function of the file and those inside it, by its qualified name.

    Of a function outside the classes that ends in (): `dx()` is no gradient's name. What is
    defined twice, in two cells of a notebook, is what it is the last time.
    """
    for node in _last(tree.body, ast.ClassDef | Function):
        if isinstance(node, ast.ClassDef):
            yield from _functions(node.body, f"{node.name}.")
        elif isinstance(node, Function):
            yield f"{node.name}()", node


def _functions(body: list[ast.stmt], prefix: str) -> Iterator[tuple[str, Function]]:
    for node in _last(body, Function):
        yield prefix + node.name, node
        yield from _functions(node.body, f"{prefix}{node.name}.")


def _last(body: list[ast.stmt], kinds: Any) -> list[Any]:
    """Of all definitions with the same name the last one."""
    return list({node.name: node for node in body if isinstance(node, kinds)}.values())


def lines_written(tree: ast.Module) -> dict[str, int]:
    """The line of every such place, and of every method under its own name."""
    lines: dict[str, int] = {}
    for name, function in methods(tree):
        lines[name] = function.lineno
        for statement in statements_in(function):
            for target in filter(text_of, targets_of(statement)):
                lines[f"{name}:{text_of(target)}"] = statement.lineno
            if isinstance(statement, ast.Return) and statement.value is not None:
                # Of a name that is returned, the line that made it what it is.
                made = lines.get(f"{name}:{text_of(statement.value)}", statement.lineno)
                lines[f"{name}:return"] = made
    return lines


@lru_cache(maxsize=8)
def method_at(source: str, line: int) -> str | None:
    """The innermost function that holds this line, by its qualified name."""
    around = [
        (function.lineno, name)
        for name, function in methods(ast.parse(source))
        if function.lineno <= line <= (function.end_lineno or 0)
    ]
    return max(around)[1] if around else None


def unwritten(tree: ast.Module) -> frozenset[str]:
    """The methods with nothing in them: a docstring, `pass`, `...`, or names set to None.

    But for what is put into the class later: `Value.backward = backward`.
    """
    later = {text_of(target) for statement in tree.body for target in targets_of(statement)}
    return frozenset(
        name
        for name, function in methods(tree)
        if all(_is_nothing(statement, function) for statement in function.body)
        and ".".join(name.split(".")[:2]) not in later
    )


def plainly_written(tree: ast.Module) -> dict[str, frozenset[str]]:
    """All that a method writes to, "self.grad", where it plainly does no more than that.

    Not where it calls, loops or branches, or writes through a name of its own.
    """
    found: dict[str, frozenset[str]] = {}
    for name, function in methods(tree):
        targets = [target for statement in function.body for target in targets_of(statement)]
        own = {target.id for target in targets if isinstance(target, ast.Name)}
        plain = all(
            isinstance(target, ast.Name)
            or (
                isinstance(target, ast.Attribute)
                and isinstance(target.value, ast.Name)
                and target.value.id not in own
            )
            for target in targets
        )
        if plain and all(isinstance(s, PLAIN) or _is_nothing(s, function) for s in function.body):
            found[name] = frozenset(map(text_of, targets))
    return found


def _is_nothing(statement: ast.stmt, function: Function) -> bool:
    match statement:
        case ast.Pass() | ast.Expr(value=ast.Constant()):
            return True
        case ast.Assign(value=ast.Constant(value=None)):
            return True
        case ast.Return(value=None | ast.Constant(value=None)):
            return True
        case ast.Return(value=ast.Name(id=name)):
            return name in [text_of(t) for s in function.body for t in targets_of(s)]
        case ast.Raise(exc=ast.Name(id="NotImplementedError")):
            return True
    return False


def text_of(node: ast.expr) -> str:
    """'dx' or 'self.dgain'; "" for anything longer, which no place is."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=ast.Name(id=name), attr=attribute):
            return f"{name}.{attribute}"
    return ""


def statements_in(function: Function) -> Iterator[ast.stmt]:
    """Everything in it but what is in functions inside it."""
    pending: list[ast.AST] = list(reversed(function.body))
    while pending:
        node = pending.pop()
        if isinstance(node, Function | ast.Lambda | ast.ClassDef):
            continue
        if isinstance(node, ast.stmt):
            yield node
        pending.extend(reversed(list(ast.iter_child_nodes(node))))


def targets_of(statement: ast.AST) -> list[ast.expr]:
    """What a statement assigns or adds to."""
    match statement:
        case ast.Assign(targets=targets):
            return [part for target in targets for part in _parts(target)]
        case ast.AugAssign(target=target):
            return [target]
        case ast.AnnAssign(target=target, value=ast.expr()):
            return [target]
    return []


def _parts(target: ast.expr) -> list[ast.expr]:
    if isinstance(target, ast.Tuple | ast.List):
        return [part for element in target.elts for part in _parts(element)]
    return [target]
