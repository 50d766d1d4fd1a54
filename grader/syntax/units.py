"""The statements of a notebook, one after the other: what each reads, writes, and may not do.

The body of a loop over steps counts as statements, without the loop; so does that of a `with`.
"""

import ast
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from grader.syntax.cells import Cell, Place
from grader.syntax.targets import Write, reads, writes

Defining = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom
Compound = ast.If | ast.For | ast.While | ast.Try | ast.TryStar | ast.Match | ast.With
FILLING = frozenset(("append", "extend", "insert", "update", "add", "setdefault"))
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

    @cached_property
    def writes(self) -> tuple[Write, ...]:
        return tuple(write for write in writes(self.node) if _counts(write))

    @cached_property
    def written(self) -> frozenset[str]:
        return frozenset(write.target.variable for write in self.writes)

    @cached_property
    def reads(self) -> frozenset[str]:
        return reads(self.node)

    @cached_property
    def bound(self) -> frozenset[str]:
        """The names that get a new value here whatever happens, and not one made of the old."""
        if isinstance(self.node, Compound):
            return frozenset()
        bound = {write.target.variable for write in self.writes if write.binds}
        return frozenset(bound - self.reads)

    @property
    def defines(self) -> bool:
        return isinstance(self.node, Defining)

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


def _counts(write: Write) -> bool:
    """Not `dh.mean()` in a print, `loss.backward()`, `t.retain_grad()`: nothing is made there."""
    if isinstance(write.node, ast.Call) and isinstance(write.node.func, ast.Attribute):
        method = write.node.func.attr
        return method in FILLING if write.how == "called" else method != "requires_grad_"
    return True


def units_of(cells: Iterable[Cell], gradients: Collection[str]) -> Iterator[Unit]:
    """In the order of the notebook; cells that Python cannot read are left out."""
    for at, cell in enumerate(cells):
        if cell.problem is None:
            for node, loop in _flat(cell.tree.body, gradients, None):
                yield Unit(node, cell, at, loop)


def _flat(
    body: Iterable[ast.stmt], gradients: Collection[str], loop: int | None
) -> Iterator[tuple[ast.stmt, int | None]]:
    for node in body:
        if isinstance(node, ast.With) or _always(node):
            yield from _flat(node.body, gradients, loop)  # type: ignore[attr-defined]
        elif isinstance(node, ast.For | ast.While) and _over_steps(node, gradients):
            yield from _flat(node.body, gradients, node.lineno)
        else:
            yield node, loop


def _always(node: ast.stmt) -> bool:
    """`if True:`, `if __name__ == "__main__":`"""
    if not isinstance(node, ast.If) or node.orelse:
        return False
    return (isinstance(node.test, ast.Constant) and bool(node.test.value)) or (
        "__name__" in reads(ast.Expr(node.test))
    )


def _over_steps(loop: ast.For | ast.While, gradients: Collection[str]) -> bool:
    """Whether each turn is a step of training: a loss is worked out, or several gradients.

    A loop that makes one gradient entry by entry (`for k in ...: dC[...] += ...`) is not.
    """
    direct = [node for node, _ in _flat(loop.body, gradients, None)]
    simple = [node for node in direct if not isinstance(node, Compound)]
    bound = {write.target.variable for write in writes(*simple) if write.binds}
    return "loss" in bound or len(bound & set(gradients)) > 1
