"""The backward slice: of all statements those that a set of gradients is made of, in an order
in which they can run.

From the last statement to the first, one is taken if it writes a name that is still needed; what
it reads is needed then, unless the forward pass gives it. Nothing is run to find out.
"""

import ast
import builtins
import heapq
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from grader.syntax.units import Unit

ALL_NAMES = "*"  # what `from torch import *` binds
BUILTINS = frozenset(vars(builtins))


@dataclass(frozen=True)
class Slice:
    units: tuple[Unit, ...]  # to be run in this order
    imports: Mapping[Unit, frozenset[str]]  # the names that are wanted of an import
    refused: Mapping[str, Unit]  # by name: would be needed, and is never run
    dropped: Mapping[str, tuple[Unit, ...]]  # by gradient: written there too, and anew later
    moved: tuple[tuple[Unit, str], ...]  # run later than written, for this name

    @cached_property
    def written(self) -> frozenset[str]:
        return frozenset().union(*(unit.written for unit in self.units))

    @cached_property
    def reads(self) -> frozenset[str]:
        return frozenset().union(*(unit.reads for unit in self.units))


@dataclass
class Slicer:
    """`wanted`: the gradients' variables. `given`: names that have a value before."""

    every: Sequence[Unit]  # of the notebook
    own: frozenset[Unit]  # of the exercise: what else writes a gradient is of another
    wanted: Collection[str]
    given: Collection[str]
    _live: set[str] = field(default_factory=set)
    _closed: dict[str, Unit] = field(default_factory=dict)  # by gradient, where it begins anew
    _refused: dict[str, Unit] = field(default_factory=dict)
    _dropped: dict[str, list[Unit]] = field(default_factory=dict)

    def slice(self) -> Slice:
        """What makes the gradients."""
        return self._whole(self._taken(), frozenset())

    def defining(self, names: Collection[str]) -> Slice:
        """What defines these functions or classes."""
        return self._whole([], names)

    def _whole(self, taken: list[Unit], names: Collection[str]) -> Slice:
        definitions, imports = self._definitions(taken, names)
        order, moved = in_order([*definitions, *taken], self.given)
        dropped = {name: tuple(reversed(units)) for name, units in self._dropped.items()}
        return Slice(tuple(order), imports, self._refused, dropped, tuple(moved))

    def _taken(self) -> list[Unit]:
        self._live |= set(self.wanted)
        last = max((at for at, unit in enumerate(self.every) if self._counts(unit)), default=-1)
        found = [unit for unit in reversed(self.every[: last + 1]) if self._take(unit)]
        return found[::-1]

    def _counts(self, unit: Unit) -> bool:
        return unit in self.own and bool(self._written(unit) & set(self.wanted))

    def _take(self, unit: Unit) -> bool:
        if unit.defines:  # the last definition counts, wherever it is
            return False
        written = self._written(unit)
        again = {name for name in written & self._closed.keys() if name not in self._live}
        beside = {name for name in again if self._closed[name].cell is unit.cell}
        for name in again - beside:
            if name in unit.bound:
                self._dropped.setdefault(name, []).append(unit)
        if not (written & self._live or beside):
            return False
        if unit.outside is not None:
            self._refused |= dict.fromkeys(written & self._live, unit)
            return False
        for name in written & unit.bound:
            self._live.discard(name)
            if name in self.wanted:
                self._closed.setdefault(name, unit)
        self._live |= self._needed(unit)
        return True

    def _written(self, unit: Unit) -> frozenset[str]:
        aliases = (self._aliases.get(name, ()) for name in unit.in_place)
        others = unit.written.union(*aliases)
        others -= set(self.given) | self._modules  # torch.set_printoptions(...)
        return others if unit in self.own else others - set(self.wanted)

    def _needed(self, unit: Unit) -> set[str]:
        """But for a gradient of which the last version begins in a later cell: that one counts."""
        later = {
            name
            for name, begins in self._closed.items()
            if begins.cell is not unit.cell and name not in unit.written
        }
        return set(unit.reads) - set(self.given) - later

    @cached_property
    def _aliases(self) -> dict[str, set[str]]:
        """By name, all that may be names of the same numbers in this exercise."""
        found: dict[str, set[str]] = {}
        pairs = (unit.alias for unit in self.every if unit in self.own)
        for one, other in filter(None, pairs):
            both = found.get(one, {one}) | found.get(other, {other})
            found |= dict.fromkeys(both, both)
        return found

    @cached_property
    def _modules(self) -> frozenset[str]:
        imports = (unit for unit in self.every if isinstance(unit.node, ast.Import))
        return frozenset().union(*(unit.written for unit in imports))

    @cached_property
    def _last_binding(self) -> dict[str, Unit]:
        """By name, the last statement of the notebook that gives it a value."""
        return {
            name: unit
            for unit in self.every
            if not unit.writes or not isinstance(unit.node, ast.Expr)
            for name in {write.target.variable for write in unit.writes if write.binds}
            if name not in self.wanted
        }

    def _definitions(
        self, taken: Sequence[Unit], names: Collection[str]
    ) -> tuple[list[Unit], dict[Unit, frozenset[str]]]:
        """Functions, imports and constants from elsewhere, and what those need.

        Where a name is defined nowhere, what `from torch import *` may have brought.
        """
        here = frozenset().union(*(self._written(unit) for unit in taken))
        read = frozenset().union(*(unit.reads for unit in taken))
        pending = {*names, *(read - here - set(self.given))}
        seen: set[str] = set(pending)
        found: dict[Unit, set[str]] = {}
        while pending:
            name = pending.pop()
            for unit in self._makers(name):
                if unit.outside is not None:
                    self._refused.setdefault(name, unit)
                    continue
                found.setdefault(unit, set()).add(name)
                more = set(unit.reads) - seen - here - set(self.given)
                seen |= more
                pending |= more
        order = [unit for unit in self.every if unit in found and unit not in taken]
        imports = {
            unit: frozenset(found[unit])
            for unit in order
            if isinstance(unit.node, ast.Import | ast.ImportFrom)
        }
        return order, imports

    def _makers(self, name: str) -> Iterator[Unit]:
        """The last statement that gives a name its value, and those that add to that."""
        last = self._last_binding.get(name)
        if last is None:
            yield from () if name in BUILTINS else self._stars
            return
        yield last
        for unit in self.every[self.every.index(last) + 1 :]:
            if name in unit.written and not unit.defines:
                yield unit

    @cached_property
    def _stars(self) -> list[Unit]:
        """`from torch import *`"""
        return [unit for unit in self.every if ALL_NAMES in unit.written]


def in_order(
    units: Sequence[Unit], given: Collection[str]
) -> tuple[list[Unit], list[tuple[Unit, str]]]:
    """As written, but a statement that reads what only later ones write comes after those.

    What is `given` has a value before any of them.

    Also the statements that were moved, each with the name that it waits for.
    """
    after, waits = _dependencies(units, given)
    left = [len(needs) for needs in after]
    then: list[list[int]] = [[] for _ in units]
    for at, needs in enumerate(after):
        for need in needs:
            then[need].append(at)
    ready = [at for at, count in enumerate(left) if count == 0]
    heapq.heapify(ready)
    waiting, order = iter(range(len(units))), list[int]()
    done: set[int] = set()
    while len(order) < len(units):
        if not ready:  # a circle: as it is written
            ready = [next(at for at in waiting if at not in done)]
        at = heapq.heappop(ready)
        if at in done:
            continue
        done.add(at)
        order.append(at)
        for other in then[at]:
            left[other] -= 1
            if left[other] == 0 and other not in done:
                heapq.heappush(ready, other)
    placed = {at: number for number, at in enumerate(order)}
    moved = [
        (units[at], name) for at, (name, writer) in waits.items() if placed[writer] < placed[at]
    ]
    return [units[at] for at in order], moved


Waits = dict[int, tuple[str, int]]  # by statement, for which name, and where that is written


def _dependencies(units: Sequence[Unit], given: Collection[str]) -> tuple[list[set[int]], Waits]:
    """For each statement those that have to come before it; and which of them stand later."""
    last_writer = {
        name: at for at, unit in enumerate(units) for name in unit.written - frozenset(given)
    }
    so_far: dict[str, int] = {}
    readers: dict[str, set[int]] = {}
    after: list[set[int]] = [set() for _ in units]
    waits: Waits = {}
    for at, unit in enumerate(units):
        for name in _needed(unit):
            if name in so_far:
                after[at].add(so_far[name])
                readers.setdefault(name, set()).add(at)
            elif last_writer.get(name, at) > at and name not in unit.written:
                after[at].add(last_writer[name])
                waits.setdefault(at, (name, last_writer[name]))
        for name in unit.written:
            after[at] |= readers.pop(name, set()) - {at}
            if name in so_far:
                after[at].add(so_far[name])
            so_far[name] = at
    return after, waits


def _needed(unit: Unit) -> frozenset[str]:
    """A function needs what it reads only when it is called."""
    function = isinstance(unit.node, ast.FunctionDef | ast.AsyncFunctionDef)
    return frozenset() if function else unit.reads
