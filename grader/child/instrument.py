"""Rewrite a learner's function so that each line can be judged on its own merits.

Once the last assignment to a gradient is done, a stand-in takes its place: what follows
works with an upstream gradient that is known, whatever the line itself gave. Works on the
syntax tree, in the child; nothing is judged here.

A gradient is written by an assignment to `dX`, by `dX[...] = `, `dX += `, an in-place
method (`dX.index_add_(...)`), the same on `grads["dX"]`, or under another name that the
final `return {"dX": name}` gives away.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from grader.syntax.submission import ENTRY

BLOCKS = ("body", "orelse", "finalbody")  # of a statement
RECORDER = "__handgrad__"  # the name under which the child puts the recorder
Function = ast.FunctionDef


@dataclass(frozen=True)
class Place:
    """Where a gradient is kept: a variable, or an entry or attribute of a variable."""

    variable: str
    key: str | None = None
    attribute: bool = False

    def load(self) -> str:
        """Source of an expression for what is there; None where there is nothing yet."""
        if self.key is None:
            return f"locals().get({self.variable!r}, globals().get({self.variable!r}))"
        if self.attribute:
            return f"getattr({self.variable}, {self.key!r}, None)"
        return f"{self.variable}.get({self.key!r})"

    def store(self, value: str) -> ast.stmt:
        target = self.variable
        if self.key is not None:
            target += f".{self.key}" if self.attribute else f"[{self.key!r}]"
        return ast.parse(f"{target} = {value}").body[0]


def instrument(
    tree: ast.Module, wanted: Iterable[str], late: Mapping[str, int] | None = None
) -> ast.Module:
    """A tree in which every wanted gradient is handed to the recorder when it is done.

    `late` names gradients that a later line writes to without their name (through a view,
    or in a function they are passed to), and that line.

    Changes `tree`. The function instrumented is `backward`, and any other one that alone
    writes a gradient that `backward` does not.
    """
    functions = [node for node in ast.walk(tree) if isinstance(node, Function)]
    functions.sort(key=lambda function: function.name != ENTRY)
    left = list(wanted)
    for function in functions:
        scope = _Scope(function, tuple(left), late or {})
        if scope.written:
            scope.rewrite()
            left = [key for key in left if key not in scope.written]
    return ast.fix_missing_locations(tree)


def move(tree: ast.Module, wanted: Iterable[str]) -> ast.Module:
    """A tree in which every wanted gradient is moved wherever it is written.

    In whatever block, loop or function: what depends on it moves with it. Changes `tree`.
    """
    keys = tuple(wanted)
    for function in [node for node in ast.walk(tree) if isinstance(node, Function)]:
        _Scope(function, keys, {}).move()
    return ast.fix_missing_locations(tree)


@dataclass(frozen=True)
class _Scope:
    function: Function
    wanted: tuple[str, ...]
    late: Mapping[str, int]

    @cached_property
    def places(self) -> Mapping[Place, str]:
        """Gradient key by place: under its own name, or the one the return gives away."""
        own = {Place(key): key for key in self.wanted}
        for node in _inside(self.function.body):
            for key, value in _entries(node):
                if key in self.wanted and isinstance(value, ast.Name):
                    own[Place(value.id)] = key
        return own

    @cached_property
    def written(self) -> dict[str, Place]:
        """The gradients this function writes, and where it keeps each."""
        parameters = {arg.arg for arg in self.function.args.args}
        found: dict[str, Place] = {}
        for statement in self.function.body:
            for key, place in self.writes(statement):
                if place.variable not in parameters:
                    found.setdefault(key, place)
        return found

    def writes(self, statement: ast.stmt) -> Iterator[tuple[str, Place]]:
        """(gradient, place) for whatever a statement, nested ones included, writes."""
        for place in _places_written(statement):
            if place in self.places:
                yield self.places[place], place
            elif place.key in self.wanted:
                yield place.key, place
        for key, line in self.late.items():
            if key in self.wanted and statement.lineno <= line <= (statement.end_lineno or 0):
                yield key, Place(key)

    def rewrite(self) -> None:
        body = self.function.body
        self.function.body = self._rewritten(body, frozenset(self.written), outermost=True)

    def move(self) -> None:
        """Behind every simple statement that writes a gradient, move it."""
        for node in _inside(self.function.body):
            for name in BLOCKS:
                block = getattr(node, name, None)
                if isinstance(block, list) and not isinstance(node, ast.ClassDef | Function):
                    setattr(node, name, self._moved(block))
        self.function.body = self._moved(self.function.body)

    def _moved(self, body: list[ast.stmt]) -> list[ast.stmt]:
        result: list[ast.stmt] = []
        for statement in body:
            result.append(statement)
            if any(hasattr(statement, name) for name in (*BLOCKS, "cases")):
                continue
            for key, place in dict(self.writes(statement)).items():
                call = f"{RECORDER}.moved({key!r}, {place.load()})"
                result.append(place.store(call))
        return result

    def _rewritten(
        self, body: list[ast.stmt], keys: frozenset[str], outermost: bool = False
    ) -> list[ast.stmt]:
        """`body` with a hand-over behind the last statement that writes each of these."""
        last: dict[str, int] = {}
        for number, statement in enumerate(body):
            for key, _ in self.writes(statement):
                last[key] = number
        result: list[ast.stmt] = []
        for number, statement in enumerate(body):
            done = [key for key, at in last.items() if at == number and key in keys]
            self._rewrite_branches(statement, frozenset(done))
            result.append(_guarded(statement) if outermost else statement)
            for key in done:
                place = self.written[key]
                call = f"{RECORDER}.done({key!r}, {place.load()}, {statement.lineno})"
                result.append(place.store(call))
            if outermost and not isinstance(statement, ast.Return):
                check = f"{RECORDER}.check({statement.end_lineno})"
                result.append(ast.parse(check).body[0])
        return result

    def _rewrite_branches(self, statement: ast.stmt, keys: frozenset[str]) -> None:
        """Inside if, with and try a gradient may be done before the block is; loops are not
        entered, for their body runs again."""
        cases = statement.cases if isinstance(statement, ast.Match) else []
        branching = isinstance(statement, ast.If | ast.With | ast.Try)
        for node in [*cases, statement] if branching or cases else []:
            for name in BLOCKS:
                if getattr(node, name, None):
                    setattr(node, name, self._rewritten(getattr(node, name), keys))


def _guarded(statement: ast.stmt) -> ast.stmt:
    """The statement; where it raises, the recorder notes it and the next one has its turn."""
    if isinstance(statement, ast.Return | Function | ast.ClassDef | ast.Import | ast.ImportFrom):
        return statement
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return statement
    guard = ast.parse(
        f"try:\n    pass\nexcept {RECORDER}.Exception as error:\n"
        f"    {RECORDER}.failed({statement.lineno}, error)"
    ).body[0]
    assert isinstance(guard, ast.Try)
    guard.body = [statement]
    guard.handlers[0].name = "__handgrad_error__"
    call = guard.handlers[0].body[0]
    assert isinstance(call, ast.Expr) and isinstance(call.value, ast.Call)
    call.value.args[1] = ast.Name("__handgrad_error__", ast.Load())
    return guard


def _inside(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """These and everything inside them, but not what is inside functions and classes."""
    pending = list(nodes)
    while pending:
        node = pending.pop()
        yield node
        if not isinstance(node, Function | ast.Lambda | ast.ClassDef):
            pending.extend(ast.iter_child_nodes(node))


def _entries(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """The entries of {"key": value} or dict(key=value)."""
    match node:
        case ast.Dict(keys=keys, values=values):
            for key, value in zip(keys, values, strict=True):
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    yield key.value, value
        case ast.Call(func=ast.Name(id="dict"), keywords=keywords):
            for keyword in keywords:
                if keyword.arg is not None:
                    yield keyword.arg, keyword.value


def _places_written(statement: ast.stmt) -> Iterator[Place]:
    for node in _inside([statement]):
        match node:
            case ast.Assign(targets=targets):
                for target in targets:
                    yield from _places(target)
            case ast.AugAssign(target=target) | ast.NamedExpr(target=target):
                yield from _places(target)
            case ast.AnnAssign(target=target, value=ast.expr()):
                yield from _places(target)
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=value, attr=method))):
                if method.endswith("_") and not method.endswith("__"):
                    yield from _places(value)
            case ast.keyword(arg="out", value=value):
                yield from _places(value)


def _places(target: ast.expr) -> Iterator[Place]:
    match target:
        case ast.Name(id=name):
            yield Place(name)
        case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=str(key))):
            yield Place(name, key)
        case ast.Attribute(value=ast.Name(id=name), attr=key):
            yield Place(name, key, attribute=True)
        case ast.Subscript(value=value) | ast.Starred(value=value) | ast.Attribute(value=value):
            yield from _places(value)
        case ast.Call(func=ast.Attribute(value=value)):  # dX.view(-1).index_add_(...)
            yield from _places(value)
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            for part in parts:
                yield from _places(part)
