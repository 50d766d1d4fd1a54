"""What a statement reads and writes: the one answer for everybody who asks.

The report names the line that writes a gradient, the child hands a stand-in over behind it,
stubs and diagnoses show it, a slice keeps it: all by `writes` and `reads`. Pure syntax; imports
no torch. What only running can tell is not found here: a write through a view
(`row = dC[i]; row += g`), or in a function that is passed the tensor.
"""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

Function = ast.FunctionDef | ast.AsyncFunctionDef
Scope = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef
# What `within` walks through: not what has no parts, nor `ctx` and operators.
WALKED = (ast.stmt, ast.expr, ast.ExceptHandler, ast.withitem, ast.match_case, ast.pattern,
          ast.keyword, ast.comprehension)  # fmt: skip
LEAVES = {ast.Name, ast.Constant}
WRITING = {ast.Assign, ast.Expr, ast.AnnAssign, ast.NamedExpr, ast.AugAssign, ast.For, ast.AsyncFor,
           ast.withitem, ast.Delete, ast.Call, ast.Import, ast.ImportFrom, ast.FunctionDef,
           ast.AsyncFunctionDef, ast.ClassDef, ast.ExceptHandler, ast.MatchAs, ast.MatchStar,
           ast.MatchMapping}  # fmt: skip
NOT_WALKED = {"ctx", "op", "ops", "names", "name", "attr", "arg", "kind", "type_comment"}  # fields
# "in place": a method such as `add_` whose result is thrown away; "in passing": one whose result
# is used, so that the statement is more likely to be about that; "called": any other method of a
# variable, called for what it does (`losses.append(x)`); "bound": by an import, a definition,
# `except`, `case`; "global": the function that is defined here writes it when it is called.
How = Literal["assigned", "augmented", "loop", "with", "out", "in place", "in passing", "called",
              "bound", "global", "deleted"]  # fmt: skip


@dataclass(frozen=True)
class Target:
    """What can be written to: a variable, or an entry (`grads["dx"]`) or attribute of one."""

    variable: str
    key: str | None = None
    attribute: bool = False

    def __str__(self) -> str:
        """As it is written: `dx`, `self.dgain`, `grads['dx']`."""
        if self.key is None:
            return self.variable
        return f"{self.variable}.{self.key}" if self.attribute else f"{self.variable}[{self.key!r}]"


@dataclass(frozen=True)
class Write:
    target: Target
    how: How
    node: ast.stmt | ast.expr | ast.ExceptHandler | ast.pattern  # the innermost that writes
    whole: bool = True  # replaces what the target held; not so `dx[0] = 1`, `dx.add_(1)`
    value: ast.expr | None = None  # what is assigned, where that is one expression

    @property
    def line(self) -> int:
        return self.node.lineno

    @property
    def end_line(self) -> int:
        return self.node.end_lineno or self.node.lineno

    @property
    def binds(self) -> bool:
        """Whether the name itself gets a new object, or loses the one that it had."""
        unbound = ("out", "in place", "in passing", "called", "global")
        return self.whole and self.target.key is None and self.how not in unbound


def writes(*nodes: ast.AST) -> Iterator[Write]:
    """All that these write, in the order of the source: nested statements too, other scopes not."""
    return written_by(within(nodes))


def written_by(nodes: Iterable[ast.AST]) -> Iterator[Write]:
    """What each of these writes itself, whatever is in it."""
    for node in nodes:
        if type(node) in WRITING:  # most are not, and this is asked of every node there is
            yield from _written_at(node)


def within(nodes: Iterable[ast.AST], scopes: bool = False) -> Iterator[ast.AST]:
    """These and everything in them, in the order of the source; what is inside the functions,
    lambdas and classes among them only with `scopes`."""
    pending = list(nodes)[::-1]
    while pending:
        node = pending.pop()
        yield node
        if type(node) not in LEAVES and (scopes or not isinstance(node, Scope)):
            # As ast.iter_child_nodes, which looks at every field, has them: this is most of the
            # time that it takes to read a submission.
            kind: Any = type(node)
            for field in _fields(kind):
                value = getattr(node, field, None)
                if isinstance(value, list):
                    pending += [part for part in value[::-1] if isinstance(part, WALKED)]
                elif isinstance(value, WALKED):
                    pending.append(value)


@cache
def _fields(kind: Any) -> tuple[str, ...]:
    """Where there may be more nodes, the last first."""
    return tuple(field for field in reversed(kind._fields) if field not in NOT_WALKED)


def _written_at(node: ast.AST) -> Iterator[Write]:
    """Of a node of a type that WRITING has."""
    match node:
        case ast.Assign(targets=[ast.Name(id="_")], value=value) | ast.Expr(value=value):
            yield from _methods_called(value)
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                yield from _stored(target, "assigned", node, value)
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            yield from _stored(target, "assigned", node, value)
        case ast.NamedExpr(target=target, value=value):
            yield from _stored(target, "assigned", node, value)
        case ast.AugAssign(target=target, value=value):
            yield from _stored(target, "augmented", node, value)
        case ast.For(target=target) | ast.AsyncFor(target=target):
            yield from _stored(target, "loop", target)
        case ast.withitem(optional_vars=ast.expr() as target):
            yield from _stored(target, "with", target)
        case ast.Delete(targets=targets):
            for target in targets:
                yield from _stored(target, "deleted", node)
        case ast.Call(func=function, keywords=keywords):
            for keyword in keywords:
                if keyword.arg == "out":
                    yield from _stored(keyword.value, "out", node)
            if isinstance(function, ast.Attribute) and _works_in_place(function.attr):
                yield from _stored(function.value, "in passing", node, whole=False)
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            for alias in names:
                name = alias.asname or alias.name.partition(".")[0]
                yield Write(Target(name), "bound", node)
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            yield Write(Target(name), "bound", node)
            for name in sorted(_declared(node.body) & _bound_by(*node.body)):
                yield Write(Target(name), "global", node, whole=False)
        case ast.ClassDef(name=str(name)) | ast.ExceptHandler(name=str(name)):
            yield Write(Target(name), "bound", node)
        case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            yield Write(Target(name), "bound", node)
        case ast.MatchMapping(rest=str(name)):
            yield Write(Target(name), "bound", node)


def _works_in_place(method: str) -> bool:
    return method.endswith("_") and not method.endswith("__")


def _methods_called(value: ast.expr) -> Iterator[Write]:
    """In a statement that throws its value away."""
    for node in within([value]):
        match node:
            case ast.Call(func=ast.Attribute(value=base, attr=method)):
                how: How = "in place" if _works_in_place(method) else "called"
                yield from _stored(base, how, node, whole=False)


def _stored(
    target: ast.expr,
    how: How,
    node: ast.stmt | ast.expr,
    value: ast.expr | None = None,
    whole: bool = True,
) -> Iterator[Write]:
    match target:
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            for part in parts:
                yield from _stored(part, how, node, None, whole)
        case ast.Starred(value=inner):
            yield from _stored(inner, how, node, None, whole)
        case _:
            found, itself = _target(target)
            if found is not None:
                yield Write(found, how, node, whole and itself, value)


def _target(node: ast.expr) -> tuple[Target | None, bool]:
    """(the target that this belongs to, whether it is all of that)."""
    itself = True
    while True:
        match node:
            case ast.Name(id=name):
                return Target(name), itself
            case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=str(key))):
                return Target(name, key), itself
            case ast.Attribute(value=ast.Name(id=name), attr=key):
                return Target(name, key, attribute=True), itself
            case ast.Subscript(value=node) | ast.Attribute(value=node):
                itself = False
            case ast.Call(func=ast.Attribute(value=node)):  # dX.view(-1).index_add_(...)
                itself = False
            case _:
                return None, False


def target_of(node: ast.expr) -> Target | None:
    """The target that an expression is, no more and no less; None for any other expression."""
    found, itself = _target(node)
    return found if itself else None


def entries(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """(key, value) for every entry of {"key": value} or dict(key=value)."""
    match node:
        case ast.Dict(keys=keys, values=values):
            for key, value in zip(keys, values, strict=True):
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    yield key.value, value
        case ast.Call(func=ast.Name(id="dict"), keywords=keywords):
            for keyword in keywords:
                if keyword.arg is not None:
                    yield keyword.arg, keyword.value


def reads(*body: ast.stmt) -> frozenset[str]:
    """The names that have to have a value before these statements, run in this order.

    What is written in part is read (`dx[0] = 1`, `dx += 1`, `self.dx = 1`). Of a function or
    class that is defined, what its body needs from outside when it runs. A name that is bound
    in one branch only is needed where it is read after the branches. Builtins are among them.
    """
    return frozenset(_needed(body)[0])


Needed = tuple[set[str], set[str]]  # (read before it is bound, bound whatever happens)


def _needed(body: Iterable[ast.stmt]) -> Needed:
    needed: set[str] = set()
    bound: set[str] = set()
    for statement in body:
        read, made = _needed_by(statement)
        needed |= read - bound
        bound |= made
    return needed, bound


def _needed_by(node: ast.stmt) -> Needed:
    match node:
        case ast.If(test=test, body=body, orelse=orelse):
            (one, made), (other, made_too) = _needed(body), _needed(orelse)
            named = _bound_by(test)
            return _loaded(test) | ((one | other) - named), named | (made & made_too)
        case ast.For() | ast.AsyncFor():
            inside = _needed(node.body)[0] - _stored_names(node.target)
            return _loaded(node.iter, node.target) | inside | _needed(node.orelse)[0], set()
        case ast.While(test=test, body=body, orelse=orelse):
            inside = _needed(body)[0] | _needed(orelse)[0]
            return _loaded(test) | (inside - _bound_by(test)), set()
        case ast.With() | ast.AsyncWith():
            inside, made = _needed(node.body)
            named = _bound_by(*node.items)
            return _loaded(*node.items) | (inside - named), named | made
        case ast.Try() | ast.TryStar():
            handled = [_needed(handler.body)[0] - {handler.name} for handler in node.handlers]
            caught = _loaded(*(handler.type for handler in node.handlers if handler.type))
            inside, made = _needed([*node.body, *node.orelse])
            last, sure = _needed(node.finalbody)
            made = sure if node.handlers else made | sure
            return inside.union(caught, last - made, *handled), made
        case ast.Match(subject=subject, cases=cases):
            inside = set()
            for case in cases:
                guard = set() if case.guard is None else _loaded(case.guard)
                inside |= (guard | _needed(case.body)[0]) - _bound_by(case.pattern)
                inside |= _loaded(case.pattern)
            return _loaded(subject) | inside, set()
    return _loaded(node), _bound_by(node)


def _bound_by(*nodes: ast.AST) -> set[str]:
    return {write.target.variable for write in writes(*nodes) if write.binds}


def _stored_names(*targets: ast.expr) -> set[str]:
    """The names in the target of a loop, or of a comprehension."""
    return {
        node.id
        for target in targets
        for node in ast.walk(target)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


def _declared(body: Iterable[ast.AST]) -> set[str]:
    """The names that a function says are of outside."""
    return {
        name
        for node in within(body)
        if isinstance(node, ast.Global | ast.Nonlocal)
        for name in node.names
    }


def _loaded(*nodes: ast.AST) -> set[str]:
    """The names read anywhere in these; of other scopes, what they need from outside."""
    found: set[str] = set()
    pending = list(nodes)
    while pending:
        node = pending.pop()
        match node:
            case ast.Name(id=name, ctx=ast.Load() | ast.Del()):
                found.add(name)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                found |= _free_in(node)
            case ast.ClassDef():
                found |= _loaded(*node.decorator_list, *node.bases, *node.keywords)
                found |= _needed(node.body)[0]
                # A method does not see what the class binds.
                found |= _loaded(*(part for part in node.body if isinstance(part, Function)))
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                first, *_ = node.generators
                bound = _stored_names(*(generator.target for generator in node.generators))
                found |= _loaded(first.iter) | (_loaded(*ast.iter_child_nodes(node)) - bound)
            case _:
                if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
                    found.add(node.target.id)
                pending.extend(ast.iter_child_nodes(node))
    return found


def _free_in(function: Function | ast.Lambda) -> set[str]:
    """What a function needs from outside: when it is defined, and when it is called."""
    arguments = function.args
    if isinstance(function, ast.Lambda):
        body: list[ast.AST] = [function.body]
        outside = _loaded(arguments)
    else:
        body = [*function.body]
        returns = [function.returns] if function.returns else []
        outside = _loaded(arguments, *function.decorator_list, *returns)
    declared = _declared(body)
    local = (parameters(function) | _bound_by(*body)) - declared
    return outside | declared | (_loaded(*body) - local)


def parameters(function: Function | ast.Lambda) -> set[str]:
    every = [node for node in ast.walk(function.args) if isinstance(node, ast.arg)]
    return {argument.arg for argument in every}
