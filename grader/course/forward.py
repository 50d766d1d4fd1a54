"""A forward pass read from its source: inputs, chunks, who reads whom.

A course file holds a plain function whose statements are `name = expression`. Each is a
chunk. Shapes are the comments at the line ends, written for the reader; a test holds them
against the tensors. Imports no torch.
"""

import ast
import inspect
import io
import textwrap
import tokenize
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any


@dataclass(frozen=True)
class Input:
    """A value the forward pass is given: a parameter of the network, a batch, a number."""

    name: str
    shape: str


@dataclass(frozen=True)
class Chunk:
    """One named assignment of the forward pass."""

    name: str
    source: str  # "probs = counts * counts_sum_inv"
    expression: str
    reads: tuple[str, ...]  # inputs and chunks, in order of appearance
    shape: str


@dataclass(frozen=True)
class ForwardPass:
    inputs: tuple[Input, ...]
    chunks: tuple[Chunk, ...]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Inputs, then chunks, in forward order."""
        return (*(item.name for item in self.inputs), *(chunk.name for chunk in self.chunks))

    @cached_property
    def shapes(self) -> dict[str, str]:
        inputs = {item.name: item.shape for item in self.inputs}
        return inputs | {chunk.name: chunk.shape for chunk in self.chunks}

    @cached_property
    def chunk(self) -> dict[str, Chunk]:
        return {chunk.name: chunk for chunk in self.chunks}

    @cached_property
    def _towards(self) -> dict[tuple[str, frozenset[str]], tuple[Chunk, ...]]:
        """What chunks_towards has found so far: it is asked again and again."""
        return {}

    @cached_property
    def consumers(self) -> dict[str, tuple[Chunk, ...]]:
        """For each name the chunks that read it, in forward order."""
        return {
            name: tuple(chunk for chunk in self.chunks if name in chunk.reads)
            for name in self.names
        }

    def chunks_towards(self, name: str, stops: frozenset[str]) -> tuple[Chunk, ...]:
        """The chunks between `name` and the nearest `stops` above it, in forward order."""
        if (name, stops) in self._towards:
            return self._towards[name, stops]
        found: set[str] = set()
        pending = [name]
        while pending:
            for consumer in self.consumers.get(pending.pop(), ()):
                if consumer.name not in found:
                    found.add(consumer.name)
                    if consumer.name not in stops:
                        pending.append(consumer.name)
        self._towards[name, stops] = tuple(c for c in self.chunks if c.name in found)
        return self._towards[name, stops]


def read_forward(function: Callable[..., Any]) -> ForwardPass:
    """The chunks of `function`. Raises ValueError for a statement that is not a chunk."""
    source = textwrap.dedent(inspect.getsource(function))
    comments = _comments_by_line(source)
    definition = ast.parse(source).body[0]
    assert isinstance(definition, ast.FunctionDef)
    inputs = tuple(Input(arg.arg, comments.get(arg.lineno, "")) for arg in definition.args.args)
    chunks: list[Chunk] = []
    known = {item.name for item in inputs}
    for target, value, line in _assignments(definition):
        if target in known:
            raise ValueError(f"{target} is assigned twice; a chunk has a name of its own")
        expression = ast.get_source_segment(source, value)
        assert expression is not None
        reads = tuple(dict.fromkeys(name for name in _loads(value) if name in known))
        joined = " ".join(expression.split())
        chunks.append(Chunk(target, f"{target} = {joined}", joined, reads, comments.get(line, "")))
        known.add(target)
    return ForwardPass(inputs, tuple(chunks))


def laid_out(function: Callable[..., Any]) -> tuple[list[str], str]:
    """A forward pass's imports, and its chunks as they are laid out, with their comments."""
    source = textwrap.dedent(inspect.getsource(function))
    definition = ast.parse(source).body[0]
    assert isinstance(definition, ast.FunctionDef)
    imports = [n for n in definition.body if isinstance(n, ast.Import | ast.ImportFrom)]
    lines = source.split("\n")
    for node in (*imports, definition.body[-1]):  # at the end it returns
        for at in range(node.lineno - 1, node.end_lineno or node.lineno):
            lines[at] = ""
    body = lines[lines.index("):") + 1 :]
    return [ast.unparse(node) for node in imports], textwrap.dedent("\n".join(body)).strip()


def _assignments(definition: ast.FunctionDef) -> Iterator[tuple[str, ast.expr, int]]:
    for statement in definition.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=target)], value=value):
                yield target, value, statement.end_lineno or statement.lineno
            case ast.Return() | ast.Import() | ast.ImportFrom() | ast.Expr(value=ast.Constant()):
                continue
            case _:
                text = ast.unparse(statement)
                raise ValueError(
                    f"line {statement.lineno}: {text!r} is not a chunk (name = expression)"
                )


def _loads(expression: ast.expr) -> Iterator[str]:
    """The names an expression reads, in the order they are written."""
    names = [node for node in ast.walk(expression) if isinstance(node, ast.Name)]
    for node in sorted(names, key=lambda node: (node.lineno, node.col_offset)):
        yield node.id


def _comments_by_line(source: str) -> dict[int, str]:
    return {
        token.start[0]: token.string.lstrip("# ").strip()
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT
    }
