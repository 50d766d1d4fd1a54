"""Where a file writes its gradients: in which function, under which name, on which line.

The grader's process asks for the lines that the report shows, the child for those behind which
it hands gradients over. Both ask here, so the two are the same.
"""

import ast
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from grader.syntax.targets import (
    Function,
    Target,
    Write,
    entries,
    parameters,
    within,
    writes,
    written_by,
)

ENTRY = "backward"
# A method whose result is used (`da = db.mul_(2)`) stands in the line of another gradient; what
# any other method does to the object that it is called on is not known.
GIVING = frozenset(("assigned", "augmented", "loop", "with", "out", "in place"))
MOST_KEYS = 100  # under which one variable is given away: each goes with all that writes it


@dataclass(frozen=True)
class Written:
    """A gradient in the function that writes it."""

    target: Target  # where the function keeps it
    writes: tuple[Write, ...]  # in the order of the source

    @property
    def line(self) -> int:
        """Of the last write: where the gradient is done."""
        return self.writes[-1].line


@dataclass(frozen=True)
class GradientWrites:
    """What one function writes: of the gradients that are wanted, or of any (None)."""

    function: Function
    wanted: Collection[str] | None = None

    @cached_property
    def given(self) -> list[tuple[str, ast.expr]]:
        """The entries of every dict that the function makes: `return {"dX": name}`."""
        calls = (node for node in self._nodes if type(node) in (ast.Dict, ast.Call))
        return [entry for node in calls for entry in entries(node)]

    @property
    def _nodes(self) -> Iterator[ast.AST]:
        return chain.from_iterable(self._inside.values())

    @cached_property
    def _inside(self) -> dict[int, list[ast.AST]]:
        """Everything in each statement of the body, by its identity: walked through once."""
        return {id(statement): list(within([statement])) for statement in self.function.body}

    @cached_property
    def _made(self) -> dict[int, list[Write]]:
        """What each statement of the body writes, nested ones included, by its identity."""
        return {at: list(written_by(nodes)) for at, nodes in self._inside.items()}

    @cached_property
    def _given_as(self) -> dict[str, list[str]]:
        """By variable, the keys under which it is given away."""
        found: dict[str, list[str]] = {}
        for key, value in self.given:
            if isinstance(value, ast.Name) and self.asked(key):
                keys = found.setdefault(value.id, [])
                if len(keys) < MOST_KEYS:
                    keys.append(key)
        return found

    @cached_property
    def _given_away(self) -> frozenset[str]:
        return frozenset(key for keys in self._given_as.values() for key in keys)

    def asked(self, key: str) -> bool:
        return self.wanted is None or key in self.wanted

    def keys_of(self, variable: str) -> list[str]:
        """The gradients that a variable holds: its own, unless it is given away as another.

        Where some are wanted, one at the most: a stand-in takes the place of one gradient.
        """
        keys = self._given_as.get(variable, [])
        if self.wanted is not None:
            keys = keys[:1]
        own = not keys or (self.wanted is None and variable not in self._given_away)
        return [*keys, variable] if own and self.asked(variable) else keys

    def in_statement(self, statement: ast.stmt) -> Iterator[tuple[str, Target, Write]]:
        """(gradient, where it is kept, write) for every write there, nested ones included."""
        made = self._made.get(id(statement))
        return self._of(writes(statement) if made is None else made)

    def _of(self, made: Iterable[Write]) -> Iterator[tuple[str, Target, Write]]:
        for write in made:
            if write.how in GIVING:
                target = write.target
                for key in self.keys_of(target.variable):
                    yield key, Target(target.variable), write
                if target.key is not None and self.asked(target.key):
                    yield target.key, target, write

    @cached_property
    def every(self) -> dict[str, Written]:
        """By key, in the order of the first write."""
        kept: dict[str, Target] = {}
        found: dict[str, list[Write]] = {}
        for key, target, write in self._of(chain.from_iterable(self._made.values())):
            found.setdefault(key, []).append(write)
            if key not in kept or (self._passed(kept[key]) and not self._passed(target)):
                kept[key] = target
        return {key: Written(kept[key], tuple(found[key])) for key in kept}

    @cached_property
    def written(self) -> dict[str, Written]:
        """But for what is kept outside, in a parameter: `def fill(grads): grads["dx"] = 1`."""
        return {key: w for key, w in self.every.items() if not self._passed(w.target)}

    @cached_property
    def nonlocals(self) -> frozenset[str]:
        declared = (node.names for node in self._nodes if isinstance(node, ast.Nonlocal))
        return frozenset(name for names in declared for name in names)

    @cached_property
    def _parameters(self) -> set[str]:
        return parameters(self.function)

    def _passed(self, target: Target) -> bool:
        return target.variable in self._parameters


def functions_in_order(tree: ast.Module) -> list[Function]:
    """`backward` first; what another definition of the same name takes the place of, last."""
    top = [node for node in tree.body if isinstance(node, Function)]
    final = {node.name: node for node in top}
    replaced = {id(node) for node in top if final[node.name] is not node}

    def rank(function: Function) -> int:
        if function is final.get(ENTRY):
            return 0
        return 3 if id(function) in replaced else 1 if function.name == ENTRY else 2

    every = within(tree.body, scopes=True)
    return sorted((node for node in every if isinstance(node, Function)), key=rank)


@dataclass(frozen=True)
class Gradients:
    """What a file writes, by gradient key and by the name of any other variable."""

    tree: ast.Module

    @cached_property
    def _functions(self) -> list[GradientWrites]:
        return [GradientWrites(function) for function in functions_in_order(self.tree)]

    @cached_property
    def written(self) -> dict[str, Written]:
        """In the function that alone is instrumented for it, the first that writes it; else where
        it is put into a dict; else where it is written through a parameter."""
        found: dict[str, Written] = {}
        for function in self._functions:
            for key, written in function.written.items():
                found.setdefault(key, written)
        for function in self._functions:
            for key, value in function.given:
                entry = Write(Target(key), "assigned", value, value=value)
                found.setdefault(key, Written(entry.target, (entry,)))
        for function in self._functions:
            for key, written in function.every.items():
                found.setdefault(key, written)
        inside: dict[str, list[Write]] = {}
        for key, written in self._nonlocal:
            if found[key].target == written.target and found[key] is not written:
                inside.setdefault(key, []).extend(written.writes)
        for key, made in inside.items():
            every = sorted((*found[key].writes, *made), key=lambda write: write.line)
            found[key] = Written(found[key].target, tuple(every))
        return found

    @cached_property
    def _nonlocal(self) -> list[tuple[str, Written]]:
        """What functions inside others write there: `def step(): nonlocal dx; dx = 1`."""
        return [
            (key, written)
            for function in self._functions
            for key, written in function.written.items()
            if written.target.variable in function.nonlocals
        ]

    @cached_property
    def attempted(self) -> frozenset[str]:
        """The keys given more than None, in the first function that says anything of them."""
        tried: dict[str, bool] = {}
        for function in self._functions:
            here: dict[str, bool] = {}
            for key, written in function.every.items():
                here[key] = _attempts(written)
            for key, value in function.given:
                here[key] = here.get(key, False) or not _is_none(value)
            for key, attempted in here.items():
                tried.setdefault(key, attempted)
        tried |= {key: True for key, written in self._nonlocal if _attempts(written)}
        return frozenset(key for key, attempted in tried.items() if attempted)


def _attempts(written: Written) -> bool:
    return any(not _is_none(write.value) for write in written.writes)


def _is_none(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Constant) and value.value is None
