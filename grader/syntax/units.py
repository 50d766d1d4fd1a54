"""The statements of a notebook, one after the other: what each reads, writes, and may not do.

The body of a loop over steps counts as statements, without the loop; so does that of a `with`.
"""

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeGuard

from grader.syntax.cells import Cell, Place
from grader.syntax.gradients import ENTRY
from grader.syntax.targets import Function, Write, parameters, reads, within, writes

Defining = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom
Compound = ast.If | ast.For | ast.While | ast.Try | ast.TryStar | ast.Match | ast.With
FILLING = frozenset(("append", "extend", "insert", "update", "add", "setdefault"))
FEW = 3  # gradients that a function may make as a part of an answer
USES_AUTOGRAD = "uses torch.autograd"
AUTOGRAD = ("torch.autograd", "autograd")
AUTOGRADS = ("grad", "requires_grad")  # attributes
VIEWS = frozenset(("view", "reshape", "flatten", "ravel", "squeeze", "unsqueeze", "t", "transpose",
                   "permute", "numpy", "detach", "expand", "view_as", "reshape_as"))  # fmt: skip
# A statement that reads one of these is never run, whatever it writes.
OUTSIDE = {
    "open": "reads a file", "urlopen": "uses the network", "requests": "uses the network",
    "input": "asks the keyboard", "plt": "draws a plot", "get_ipython": "talks to Jupyter",
    "exec": "runs a text", "eval": "runs a text",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Unit:
    """One statement, with the cell that it stands in."""

    node: ast.stmt
    cell: Cell
    at: int  # of the cell, from 0
    loop: int | None = None  # the line of the loop over steps around it
    through_calls: frozenset[str] = frozenset()  # written by functions of the notebook's

    @cached_property
    def writes(self) -> tuple[Write, ...]:
        return tuple(write for write in writes(self.node) if _counts(write))

    @cached_property
    def written(self) -> frozenset[str]:
        return _union([self.through_calls], [write.target.variable for write in self.writes])

    @cached_property
    def reads(self) -> frozenset[str]:
        """`probs.grad` is the name that the gradient should have, as well."""
        return reads(self.node).union(map(gradient_of, self.peeks))

    @cached_property
    def bound(self) -> frozenset[str]:
        """The names that get a new value here whatever happens, and not one made of the old."""
        if isinstance(self.node, Compound):
            return frozenset()
        bound = {write.target.variable for write in self.writes if write.binds}
        return frozenset(bound - reads(self.node))

    @cached_property
    def in_place(self) -> frozenset[str]:
        """The names of what it writes to, where that keeps its identity."""
        kept = (w.target.variable for w in self.writes if not w.binds or w.how == "augmented")
        return _union([self.through_calls], [*kept])

    @cached_property
    def alias(self) -> tuple[str, str] | None:
        """`row = dC.view(-1)[0]`: two names of the same numbers."""
        match self.node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                other = _seen_through(value)
                return None if other in (None, name) else (name, str(other))
        return None

    @property
    def defines(self) -> bool:
        return isinstance(self.node, Defining)

    @property
    def defined(self) -> str:
        """The function or class that it defines; "" of none."""
        defines = isinstance(self.node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        return self.node.name if defines else ""  # type: ignore[attr-defined]

    @cached_property
    def line(self) -> int:
        decorators: list[ast.expr] = getattr(self.node, "decorator_list", [])
        return min([self.node.lineno, *(node.lineno for node in decorators)])

    @property
    def place(self) -> Place:
        return self.cell.place(self.line)

    def place_of(self, name: str) -> Place:
        """Where in it this is written last."""
        lines = [write.line for write in self.writes if write.target.variable == name]
        return self.cell.place(lines[-1] if lines else self.line)

    @cached_property
    def outside(self) -> str | None:
        """What it does that a backward pass has no use for; then it is never run."""
        if self.defines:
            return None
        for node in ast.walk(self.node):
            if isinstance(node, ast.Name) and node.id in OUTSIDE:
                return OUTSIDE[node.id]
            if isinstance(node, ast.Attribute) and node.attr == "backward":
                return "calls .backward()"
            if isinstance(node, ast.Attribute | ast.Name) and ast.unparse(node) in AUTOGRAD:
                return USES_AUTOGRAD
        return None

    @cached_property
    def peeks(self) -> tuple[ast.Attribute, ...]:
        """Every `probs.grad` that it reads."""
        return tuple(
            node
            for node in ast.walk(self.node)
            if isinstance(node, ast.Attribute)
            and node.attr == "grad"
            and isinstance(node.ctx, ast.Load)
            and isinstance(node.value, ast.Name)
            and node.lineno == node.end_lineno
        )


def _seen_through(value: ast.expr) -> str | None:
    """The variable that an expression is, or is a view of."""
    match value:
        case ast.Name(id=name):
            return name
        case ast.Subscript(value=inner) | ast.Attribute(value=inner, attr="T" | "mT" | "data"):
            return _seen_through(inner)
        case ast.Call(func=ast.Attribute(value=inner, attr=method)) if method in VIEWS:
            return _seen_through(inner)
    return None


def gradient_of(peek: ast.Attribute) -> str:
    """`dprobs` of `probs.grad`."""
    return f"d{ast.unparse(peek.value)}"


def _counts(write: Write) -> bool:
    """Not `dh.mean()` in a print, `loss.backward()`, `p.grad = None`, `del dh`: nothing is made."""
    if write.how == "deleted" or (write.target.attribute and write.target.key in AUTOGRADS):
        return False
    if isinstance(write.node, ast.Call) and isinstance(write.node.func, ast.Attribute):
        method = write.node.func.attr
        return method in FILLING if write.how == "called" else method != "requires_grad_"
    return True


def units_of(cells: Iterable[Cell], gradients: Collection[str]) -> Iterator[Unit]:
    """In the order of the notebook; cells that Python cannot read are left out."""
    readable = [(at, cell) for at, cell in enumerate(cells) if cell.problem is None]
    top = [node for _, cell in readable for node in cell.tree.body]
    functions = {
        node.name: node
        for node in top
        if isinstance(node, Function) and not _is_a_cell(node, gradients)
    }
    answers = _answers(top, functions, gradients)
    effects = {name: _effects(function) for name, function in functions.items()}
    for at, cell in readable:
        for node, loop in _flat(cell.tree.body, gradients, None):
            answer = isinstance(node, Function) and functions.get(node.name) is node
            if isinstance(node, Function) and answer and node.name in answers:
                body = [part for part in node.body if not isinstance(part, ast.Return)]
                parts = _flat(body, gradients, answers[node.name])
            else:
                parts = iter([(node, loop)] if not _called(node) & answers.keys() else [])
            for part, inside in parts:
                yield Unit(part, cell, at, inside, _through_calls(part, effects))


def _answers(
    top: Sequence[ast.stmt], functions: Mapping[str, Function], gradients: Collection[str]
) -> dict[str, int | None]:
    """Functions that work out several gradients, in names of their own, where nothing else does:
    their lines are the answer. With the line of the loop over steps that calls them, if any."""
    found: dict[str, int | None] = {}
    loops: dict[str, int] = {}  # of a function that one calls, its line
    elsewhere: dict[str, list[set[str]]] = {}  # of a gradient: what each of its writers calls
    for node in top:
        called = set() if isinstance(node, Function) else _called(node)
        if isinstance(node, ast.For | ast.While):
            for name in called:
                loops.setdefault(name, node.lineno)
        if not isinstance(node, Function):
            for name in {write.target.variable for write in writes(node)} & set(gradients):
                elsewhere.setdefault(name, []).append(called)
    for name, function in functions.items():
        made = {write.target.variable for write in writes(*function.body)} & set(gradients)
        if len(made) <= FEW or name == ENTRY:
            continue
        early = [node for node in within(function.body) if isinstance(node, ast.Return)]
        ends = not early or early == [node for node in function.body[-1:] if node in early]
        others = (called for key in made for called in elsewhere.get(key, ()))
        if ends and (name in loops or all(name in called for called in others)):
            found[name] = loops.get(name)
    return found


def _called(node: ast.stmt) -> set[str]:
    """The functions that it calls by their names."""
    return {
        part.func.id
        for part in within([node])
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Name)
    }


def _flat(
    body: Iterable[ast.stmt], gradients: Collection[str], loop: int | None
) -> Iterator[tuple[ast.stmt, int | None]]:
    for node in body:
        if (isinstance(node, ast.With) and not _opens(node)) or _always(node):
            yield from _flat(node.body, gradients, loop)
        elif isinstance(node, Function) and _is_a_cell(node, gradients):
            body = [part for part in node.body if not isinstance(part, ast.Global)]
            yield from _flat(body, gradients, loop)
        elif isinstance(node, ast.For | ast.While) and (made := _made_each_turn(node, gradients)):
            trains = "loss" in made
            yield from _flat(node.body, gradients, node.lineno if trains else loop)
        else:
            yield node, loop


def _is_a_cell(function: Function, gradients: Collection[str]) -> bool:
    """`def step(): global dh, dW2; ...`, which could as well be a cell: each line of it counts."""
    made = {write.target.variable for write in writes(function) if write.how == "global"}
    returns = any(isinstance(node, ast.Return | ast.Yield) for node in within(function.body))
    return bool(made & set(gradients)) and not parameters(function) and not returns


def _opens(node: ast.With) -> bool:
    """`with open(...) as file:`"""
    return any(reads(ast.Expr(item.context_expr)) & OUTSIDE.keys() for item in node.items)


@dataclass(frozen=True)
class _Effects:
    """What calling a function of the notebook's writes outside it."""

    names: frozenset[str]  # global ones
    filled: tuple[bool, ...]  # by parameter, whether what is passed is written to


def _effects(function: Function) -> _Effects:
    made = list(writes(function, *function.body))
    names = frozenset(write.target.variable for write in made if write.how == "global")
    filled = {
        write.target.variable
        for write in made
        if not write.binds and write.how not in ("global", "called")
    }
    return _Effects(names, tuple(given.arg in filled for given in function.args.args))


def _through_calls(node: ast.stmt, effects: Mapping[str, _Effects]) -> frozenset[str]:
    """What the notebook's functions write when they are called here: global names, and what is
    passed to them."""
    found: list[frozenset[str]] = []  # a function's own, not copied for each of its calls
    passed = set[str]()
    for call in within([node]):
        match call:
            case ast.Call(func=ast.Attribute(attr="at"), args=[into, *_]):  # numpy.add.at(dC, ...)
                passed |= {name for name in [_seen_through(into)] if name}
            case ast.Call(func=ast.Name(id=name), args=given) if name in effects:
                found.append(effects[name].names)
                pairs = zip(effects[name].filled, given, strict=False)
                passed |= {one.id for fills, one in pairs if fills and isinstance(one, ast.Name)}
    return _union(found, passed)


def _union(sets: Sequence[frozenset[str]], more: Collection[str]) -> frozenset[str]:
    """Itself, where it is one of them."""
    every = set(map(id, sets))
    if len(every) == 1 and sets[0].issuperset(more):
        return sets[0]
    return frozenset().union(*sets, more)


def _always(node: ast.stmt) -> TypeGuard[ast.If]:
    """`if True:`, `if __name__ == "__main__":`"""
    if not isinstance(node, ast.If) or node.orelse:
        return False
    return (isinstance(node.test, ast.Constant) and bool(node.test.value)) or (
        "__name__" in reads(ast.Expr(node.test))
    )


def _made_each_turn(loop: ast.For | ast.While, gradients: Collection[str]) -> set[str]:
    """Of a loop over steps, the loss and the gradients that it works out; {} of another.

    One that makes one gradient entry by entry (`for k in ...: dC[...] += ...`) is another.
    """
    direct = [node for node, _ in _flat(loop.body, gradients, None)]
    simple = [node for node in direct if not isinstance(node, Compound)]
    bound = {write.target.variable for write in writes(*simple) if write.binds}
    made = bound & {"loss", *gradients}
    return made if "loss" in made or len(made) > 1 else set()
