"""A worked answer as text with positions: which statement writes which gradient, and edits.

Mutants are made by replacing pieces of the text, so that every line keeps its number and
its layout.
"""

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from grader.course.exercise import Exercise
from grader.kinds import NUMBERS
from grader.rows import gradient_key
from grader.workspace.kit import solution_source


@dataclass(frozen=True)
class Edit:
    """Replace source[start:end] by `text`; start == end inserts."""

    start: int
    end: int
    text: str


def edited(source: str, edits: Sequence[Edit]) -> str:
    """Raises ValueError where two edits overlap."""
    pieces, at = [], 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        if edit.start < at:
            raise ValueError("two edits of the same text")
        pieces += [source[at : edit.start], edit.text]
        at = edit.end
    return "".join([*pieces, source[at:]])


@dataclass(frozen=True)
class Statement:
    """A statement of the worked answer that writes to one gradient."""

    node: ast.stmt
    gradient: str  # "counts"
    key: str  # "dcounts": what it is called there
    first: bool  # nothing has written to this gradient before
    alone: bool  # nothing else writes to it at all
    nested: bool  # inside a loop
    known: tuple[str, ...]  # the gradients that are complete before it, in order


@dataclass(frozen=True)
class WorkedAnswer:
    exercise: Exercise
    source: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.source)

    @cached_property
    def body(self) -> list[ast.stmt]:
        function = next(node for node in self.tree.body if isinstance(node, ast.FunctionDef))
        return function.body

    def edits(self, pieces: Iterable[tuple[str, str]]) -> tuple[Edit, ...]:
        """What stands in the place of what. Raises ValueError for a text not there just once."""
        found = []
        for old, new in pieces:
            if self.source.count(old) != 1:
                raise ValueError(f"{old!r} is not there exactly once")
            start = self.source.index(old)
            found.append(Edit(start, start + len(old), new))
        return tuple(found)

    @cached_property
    def values(self) -> frozenset[str]:
        """The forward values that the answer asks for."""
        function = next(node for node in self.tree.body if isinstance(node, ast.FunctionDef))
        return frozenset(argument.arg for argument in function.args.args)

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        found = [
            (node, target, node is not top)
            for top in self.body
            for node in ast.walk(top)
            if isinstance(node, ast.stmt) and (target := self._written(node)) is not None
        ]
        targets = [target for _, target, _ in found]
        return tuple(
            Statement(
                node=node,
                gradient=self._asked.get(target, target.removeprefix("d")),
                key=target,
                first=target not in targets[:index],
                alone=targets.count(target) == 1,
                nested=nested,
                known=tuple(
                    dict.fromkeys(key for key in targets[:index] if key not in targets[index:])
                ),
            )
            for index, (node, target, nested) in enumerate(found)
        )

    @cached_property
    def _asked(self) -> dict[str, str]:
        """What is asked for, by what the learner calls it; of values, the measured slopes."""
        exercise = self.exercise
        measured = [n for n in exercise.gradients if n in exercise.slopes]
        return {exercise.key(n): n for n in measured}

    def _written(self, statement: ast.stmt) -> str | None:
        """A gradient that is asked for: `dscaled` of an answer's own is a name as any other."""
        name = written(statement)
        gradients = map(gradient_key, self.exercise.gradients)
        return name if name in gradients or name in self._asked else None

    @cached_property
    def _line_starts(self) -> list[int]:
        starts = [0]
        for line in self.source.splitlines(keepends=True):
            starts.append(starts[-1] + len(line))
        return starts

    def span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        """Offsets into the source, which is ASCII. Parentheses around a node are not its own."""
        end_line, end_column = node.end_lineno, node.end_col_offset
        assert end_line is not None and end_column is not None
        starts = self._line_starts
        return starts[node.lineno - 1] + node.col_offset, starts[end_line - 1] + end_column

    def text(self, node: ast.expr | ast.stmt) -> str:
        start, end = self.span(node)
        return self.source[start:end]

    def operand(self, node: ast.expr) -> str:
        """The node's text, in parentheses where its surroundings could take it apart."""
        whole = isinstance(node, ast.Name | ast.Call | ast.Constant | ast.Attribute | ast.Subscript)
        return self.text(node) if whole else f"({self.text(node)})"

    def replace(self, node: ast.expr | ast.stmt, text: str) -> Edit:
        return Edit(*self.span(node), text)

    def line_of(self, offset: int) -> int:
        return self.source.count("\n", 0, offset) + 1

    def shape_of(self, name: str) -> str:
        """The symbolic shape of a value or of a gradient's value: "(n, vocab_size)"; "" if none."""
        shapes = self.exercise.forward_pass.shapes
        return shapes.get(name) or shapes.get(name.removeprefix("d"), "")

    def is_gradient(self, name: str) -> bool:
        """Whether the name is an upstream gradient: one asked for, or one given."""
        value = name.removeprefix("d")
        return name.startswith("d") and value in self.exercise.forward_pass.shapes

    @property
    def in_numbers(self) -> bool:
        """Whether it works with Python's numbers: there are no shapes, and no sizes."""
        return self.exercise.kind is NUMBERS

    def is_number(self, name: str) -> bool:
        """Whether the name holds a number, given or worked out: n, a count of entries."""
        return name not in ("torch", "F") and not self.shape_of(name).startswith("(")


def worked_answer(exercise: Exercise) -> WorkedAnswer:
    return WorkedAnswer(exercise, solution_source(exercise.name))


def written(statement: ast.stmt) -> str | None:
    """The name a simple statement writes to, in place or by assignment."""
    match statement:
        case ast.Assign(targets=[target]) | ast.AugAssign(target=target):
            return base_name(target)
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=target, attr=method))):
            return base_name(target) if method.endswith("_") else None
    return None


def base_name(target: ast.expr) -> str | None:
    while isinstance(target, ast.Subscript):
        target = target.value
    return target.id if isinstance(target, ast.Name) else None


def names_in(node: ast.AST) -> Iterator[str]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name):
            yield inner.id


def arithmetic(node: ast.AST) -> Iterator[ast.expr]:
    """The expressions below `node` that compute numbers: all but indices and shapes."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            if isinstance(child, ast.Attribute) and child.attr == "shape":
                continue
            yield child
        if isinstance(child, ast.Subscript):
            yield from arithmetic_of_value(child)
        elif isinstance(child, ast.expr | ast.keyword):
            yield from arithmetic(child)


def arithmetic_of_value(subscript: ast.Subscript) -> Iterator[ast.expr]:
    if not (isinstance(subscript.value, ast.Attribute) and subscript.value.attr == "shape"):
        yield subscript.value
        yield from arithmetic(subscript.value)
