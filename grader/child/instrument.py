"""Rewrite a learner's function so that each line can be judged on its own merits.

Once the last assignment to a gradient is done, a stand-in takes its place: what follows
works with an upstream gradient that is known, whatever the line itself gave. Works on the
syntax tree, in the child; nothing is judged here.

What writes a gradient is said by grader.syntax.gradients, for the report's lines as well. What
is put in here stands on the line of the write, so that a traceback names it.
"""

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from grader.syntax.gradients import GradientWrites, functions_in_order
from grader.syntax.targets import Scope, Target, parameters, within

BLOCKS = ("body", "orelse", "finalbody")  # of a statement
RECORDER = "__handgrad__"  # the name under which the child puts the recorder
ERROR = "__handgrad_error__"


def instrument(
    tree: ast.Module,
    wanted: Iterable[str],
    late: Mapping[str, int] | None = None,
    watch: bool = False,
) -> ast.Module:
    """A tree in which every wanted gradient is handed to the recorder when it is done.

    `late` names gradients that a later line writes to without their name (through a view,
    or in a function they are passed to), and that line. `watch`: the recorder looks at every
    tensor after each statement.

    Changes `tree`. The function instrumented is `backward`, and any other one that alone
    writes a gradient that `backward` does not.
    """
    left = frozenset(wanted)
    for function in functions_in_order(tree):
        done = _Rewriting(GradientWrites(function, left), late or {}, watch).rewrite()
        left -= done
    return tree


def move(tree: ast.Module, wanted: Iterable[str]) -> ast.Module:
    """A tree in which every wanted gradient is moved wherever it is written.

    In whatever block, loop or function: what depends on it moves with it. Changes `tree`.
    """
    keys = frozenset(wanted)
    for function in functions_in_order(tree):
        _Rewriting(GradientWrites(function, keys), {}).move()
    return tree


@dataclass(frozen=True)
class _Rewriting:
    gradients: GradientWrites
    late: Mapping[str, int]
    watch: bool = False

    def rewrite(self) -> frozenset[str]:
        """Rewrite the function; the gradients that it hands over now."""
        function, targets = self.gradients.function, self._targets()
        if targets:
            function.body = self._block(function.body, targets, outermost=True)
        return frozenset(targets)

    def _targets(self) -> dict[str, Target]:
        function = self.gradients.function
        found = {key: written.target for key, written in self.gradients.written.items()}
        for key, line in self.late.items():
            here = any(_holds(statement, line) for statement in function.body)
            if here and self.gradients.asked(key) and key not in parameters(function):
                found.setdefault(key, Target(key))
        return found

    def _written_on(self, statement: ast.stmt) -> dict[str, int]:
        """By gradient that this statement writes, nested ones included, the last line that does."""
        found = {key: write.line for key, _, write in self.gradients.in_statement(statement)}
        return found | {key: line for key, line in self.late.items() if _holds(statement, line)}

    def _block(
        self, body: list[ast.stmt], targets: Mapping[str, Target], outermost: bool = False
    ) -> list[ast.stmt]:
        """`body` with each of these handed over behind the last statement that writes it."""
        written = [self._written_on(statement) for statement in body]
        last = {key: number for number, lines in enumerate(written) for key in lines}
        result: list[ast.stmt] = []
        for number, (statement, lines) in enumerate(zip(body, written, strict=True)):
            done = {key: targets[key] for key in lines if last[key] == number and key in targets}
            self._branches(statement, done)
            result.append(_guarded(statement) if outermost else statement)
            for key, target in done.items():
                new = _OnLine(lines[key])
                line = new.constant(statement.lineno)
                call = new.told("done", new.constant(key), new.loaded(target), line)
                result.append(new.kept(target, call))
            if outermost and self.watch and not isinstance(statement, ast.Return):
                end = statement.end_lineno or statement.lineno
                new = _OnLine(end)
                result.append(new.statement(new.told("check", new.constant(end))))
        return result

    def _branches(self, statement: ast.stmt, targets: Mapping[str, Target]) -> None:
        """Inside if, with and try a gradient may be done before the block is; loops are not
        entered, for their body runs again."""
        cases = statement.cases if isinstance(statement, ast.Match) else []
        branching = isinstance(statement, ast.If | ast.With | ast.Try)
        for node in [*cases, statement] if branching or cases else []:
            for name in BLOCKS:
                if getattr(node, name, None):
                    setattr(node, name, self._block(getattr(node, name), targets))

    def move(self) -> None:
        """Behind every simple statement that writes a gradient, move it."""
        function = self.gradients.function
        for node in list(within(function.body)):
            for name in BLOCKS:
                block = getattr(node, name, None)
                if isinstance(block, list) and not isinstance(node, Scope):
                    setattr(node, name, self._moved(block))
        function.body = self._moved(function.body)

    def _moved(self, body: list[ast.stmt]) -> list[ast.stmt]:
        result: list[ast.stmt] = []
        for statement in body:
            result.append(statement)
            if any(hasattr(statement, name) for name in (*BLOCKS, "cases")):
                continue
            found = {key: target for key, target, _ in self.gradients.in_statement(statement)}
            for key, target in found.items():
                new = _OnLine(statement.lineno)
                call = new.told("moved", new.constant(key), new.loaded(target))
                result.append(new.kept(target, call))
        return result


def _holds(statement: ast.stmt, line: int) -> bool:
    return statement.lineno <= line <= (statement.end_lineno or 0)


class _OnLine:
    """Makes syntax that stands on one line: cheaper than to have missing lines filled in later."""

    def __init__(self, line: int) -> None:
        self.where: dict[str, Any] = {
            "lineno": line,
            "end_lineno": line,
            "col_offset": 0,
            "end_col_offset": 0,
        }

    def told(self, method: str, *what: ast.expr) -> ast.expr:
        """A call of the recorder's."""
        return self.called(self.attribute(self.name(RECORDER), method), *what)

    def kept(self, target: Target, value: ast.expr) -> ast.stmt:
        """`target = value`."""
        if target.key is None:
            at: ast.expr = ast.Name(target.variable, ast.Store(), **self.where)
        elif target.attribute:
            variable = self.name(target.variable)
            at = ast.Attribute(variable, target.key, ast.Store(), **self.where)
        else:
            variable, key = self.name(target.variable), self.constant(target.key)
            at = ast.Subscript(variable, key, ast.Store(), **self.where)
        return ast.Assign([at], value, **self.where)

    def loaded(self, target: Target) -> ast.expr:
        """An expression for what is there; None where there is nothing yet."""
        variable, key = self.constant(target.variable), self.constant(target.key)
        if target.key is None:
            outside = self.called(
                self.attribute(self.called(self.name("globals")), "get"), variable
            )
            inside = self.attribute(self.called(self.name("locals")), "get")
            return self.called(inside, variable, outside)
        if target.attribute:
            nothing = self.constant(None)
            return self.called(self.name("getattr"), self.name(target.variable), key, nothing)
        return self.called(self.attribute(self.name(target.variable), "get"), key)

    def statement(self, value: ast.expr) -> ast.stmt:
        return ast.Expr(value, **self.where)

    def called(self, function: ast.expr, *arguments: ast.expr) -> ast.expr:
        return ast.Call(function, list(arguments), [], **self.where)

    def attribute(self, value: ast.expr, name: str) -> ast.expr:
        return ast.Attribute(value, name, ast.Load(), **self.where)

    def name(self, name: str) -> ast.expr:
        return ast.Name(name, ast.Load(), **self.where)

    def constant(self, value: str | int | None) -> ast.expr:
        return ast.Constant(value, **self.where)


def _guarded(statement: ast.stmt) -> ast.stmt:
    """The statement; where it raises, the recorder notes it and the next one has its turn."""
    if isinstance(statement, ast.Return | Scope):
        return statement
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return statement
    new = _OnLine(statement.lineno)
    failed = new.told("failed", new.constant(statement.lineno), new.name(ERROR))
    raised = new.attribute(new.name(RECORDER), "Exception")
    caught = ast.ExceptHandler(raised, ERROR, [new.statement(failed)], **new.where)
    return ast.copy_location(ast.Try([statement], [caught], [], []), statement)
