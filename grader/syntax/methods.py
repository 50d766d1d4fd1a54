"""What the methods of a learner's classes write, by the names that an exercise has for it.

"BatchNorm1d.backward:self.dgain" is what that method writes to self.dgain, and
"Value.__mul__._backward:other.grad" the same in a function inside the method;
"BatchNorm1d.backward:return" is what it returns, and "kaiming_std():return" the same of a
function outside the classes. Imports no torch.
"""

import ast
from collections.abc import Iterator
from typing import Any

from grader.syntax.gradients import GIVING
from grader.syntax.targets import Scope, Target, target_of, within, written_by

Function = ast.FunctionDef
PLAIN = (ast.Assign, ast.AugAssign, ast.AnnAssign)


def methods(tree: ast.Module) -> Iterator[tuple[str, Function]]:
    """Every function of the file and those inside it, by its qualified name.

    Of a function outside the classes that ends in (): `dx()` is not a gradient's name. What is
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


def statements_in(function: Function) -> Iterator[ast.stmt]:
    """Everything in it but the functions and classes inside it."""
    for node in within(function.body):
        if isinstance(node, ast.stmt) and not isinstance(node, Scope):
            yield node


def lines_written(tree: ast.Module) -> dict[str, int]:
    """The line of every such target, and of every method under its own name."""
    lines: dict[str, int] = {}
    for name, function in methods(tree):
        lines[name] = function.lineno
        for node in within(function.body):
            for write in written_by([node]):
                if write.how in GIVING:
                    lines[f"{name}:{write.target}"] = write.line
            if isinstance(node, ast.Return) and node.value is not None:
                # Of a name that is returned, the line that made it what it is.
                made = lines.get(f"{name}:{target_of(node.value)}", node.lineno)
                lines[f"{name}:return"] = made
    return lines


def method_around(tree: ast.Module, line: int) -> str | None:
    """The innermost function that holds this line, by its qualified name."""
    around = [
        (function.lineno, name)
        for name, function in methods(tree)
        if function.lineno <= line <= (function.end_lineno or 0)
    ]
    return max(around)[1] if around else None


def unwritten(tree: ast.Module) -> frozenset[str]:
    """The methods with nothing in them: a docstring, `pass`, `...`, or names set to None.

    But for what is put into the class later: `Value.backward = backward`.
    """
    later = {str(write.target) for write in written_by(tree.body)}
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
        made = list(written_by(function.body))
        own = {write.target.variable for write in made if write.target.key is None}
        plain = all(
            write.whole
            and (write.target.key is None or write.target.attribute)
            and (write.target.key is None or write.target.variable not in own)
            for write in made
        )
        if plain and all(isinstance(s, PLAIN) or _is_nothing(s, function) for s in function.body):
            found[name] = frozenset(str(write.target) for write in made)
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
            made = written_by(function.body)
            return any(write.target == Target(name) for write in made)
        case ast.Raise(exc=ast.Name(id="NotImplementedError")):
            return True
    return False
