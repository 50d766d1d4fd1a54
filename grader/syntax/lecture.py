"""Which exercise of the lecture a statement of a notebook belongs to.

The lecture's notebook has exercises 1 to 4 one after the other, and all of them write `dlogits`
or `dhprebn`. A heading or comment says where one begins; where there is none, what a cell writes
and reads does. A loop over steps is exercise 4.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from grader.syntax.cells import Cell
from grader.syntax.units import Unit

EXERCISES = ("exercise1", "exercise2", "exercise3", "exercise4")
HEADING = re.compile(r"\bexercise\s*#?\s*([1-4])\b", re.IGNORECASE)
COMMENT = re.compile(
    r"^[^\S\n]*#.*$", re.MULTILINE
)  # \s would run over empty lines, anew from each
# What the lecture's own cells write at the head of an exercise.
GIVEN_AHEAD = {"loss_fast": 2, "hpreact_fast": 3}
# Written chunk by chunk only; the steps between dbnraw and dbnmeani are part of some answers to
# exercise 3 as well.
OF_EXERCISE1 = frozenset(
    ("dlogprobs", "dprobs", "dcounts_sum_inv", "dcounts_sum", "dcounts", "dnorm_logits",
     "dlogit_maxes", "dh", "dW2", "db2", "dembcat", "dW1", "db1", "demb", "dC")
)  # fmt: skip
CHUNKS_AHEAD = {  # the gradients from which the chunk-by-chunk answer goes on
    "dlogits": frozenset(("dnorm_logits", "dlogit_maxes", "dcounts", "dprobs", "dlogprobs")),
    "dhprebn": frozenset(("dbndiff", "dbnmeani")),
}


def exercises_of(
    cells: Sequence[Cell], units: Sequence[Unit], keys: Mapping[str, str]
) -> list[int]:
    """For each statement the number of its exercise. `keys`: by name, the gradient meant by it."""
    said = _by_headings(cells, units)
    guessed = _by_what_they_do(units, keys)
    return [
        4 if unit.loop is not None else here or guess
        for unit, here, guess in zip(units, said, guessed, strict=True)
    ]


def _by_headings(cells: Sequence[Cell], units: Sequence[Unit]) -> Iterator[int | None]:
    marks = [
        (at, 0, number) for at, cell in enumerate(cells) for number in _the_one_number(cell.above)
    ]
    for at, cell in enumerate(cells):
        for comment in COMMENT.finditer(cell.source):
            line = cell.source.count("\n", 0, comment.start()) + 1
            marks += [(at, line, number) for number in _the_one_number(comment.group())]
    for unit in units:
        marks += [(unit.at, unit.line, GIVEN_AHEAD[name]) for name in unit.bound & set(GIVEN_AHEAD)]
    marks.sort()
    current: int | None = None
    at = 0
    for unit in units:
        while at < len(marks) and marks[at][:2] <= (unit.at, unit.line):
            current = marks[at][2]
            at += 1
        yield current


def _the_one_number(text: str) -> list[int]:
    """Not of a table of contents."""
    numbers = {int(number) for number in HEADING.findall(text)}
    return list(numbers) if len(numbers) == 1 else []


def _by_what_they_do(units: Sequence[Unit], keys: Mapping[str, str]) -> Iterator[int]:
    """A cell with a second dlogits or dhprebn that no chunk's gradient leads to is 2 or 3."""
    by_cell: dict[int, list[Unit]] = {}
    for unit in units:
        by_cell.setdefault(unit.at, []).append(unit)
    chunked = any(unit.written & OF_EXERCISE1 for unit in units if unit.loop is None)
    before: set[str] = set()
    current = 1
    for inside in by_cell.values():
        plain = [unit for unit in inside if unit.loop is None]
        written = {keys.get(name, name) for unit in plain for name in unit.written}
        fused = [
            name
            for name in CHUNKS_AHEAD
            if (name in before or not chunked) and _is_fused(plain, name, keys)
        ]
        if written & OF_EXERCISE1:
            current = 1
        elif fused:
            current = 2 if fused[-1] == "dlogits" else 3
        before |= written
        yield from (current for _ in inside)


def _is_fused(units: Sequence[Unit], gradient: str, keys: Mapping[str, str]) -> bool:
    """Whether these write it anew, from what is not the chunk-by-chunk answer's."""
    names = {gradient, *(name for name, key in keys.items() if key == gradient)}
    if not any(names & unit.bound for unit in units):
        return False
    wanted: Collection[str] = names
    for unit in reversed(units):
        if unit.written & set(wanted):
            wanted = {*wanted, *unit.reads}
    return not CHUNKS_AHEAD[gradient] & {keys.get(name, name) for name in wanted}
