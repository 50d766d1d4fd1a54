"""What a child is asked and what it answers: typed records, both directions, a frame each.

An attempt begins with a Setup; then every Request has an Answer. What comes from the grader is
its own; what comes from a child is untrusted, and checked field by field before it is a record.
Everything is named by its row ("counts", not "dcounts").
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Self

import torch

from grader.errors import one_line, printable
from grader.protocol.frames import BadMessage, Message, pack
from grader.rows import Row
from grader.tensors import in_shape

Tensors = Mapping[str, torch.Tensor]
LAST_LINE = 1_000_001  # no submission has more lines than bytes
MOST = 200  # entries of a collection of names or lines
MOST_COUNTED = 10**9
STAND_IN = "stand-in:"  # before the name of an upstream gradient, beside a forward value's own


@dataclass(frozen=True)
class Setup:
    """What holds for all requests of an attempt."""

    source: str  # the learner's code
    path: str
    timeout: float  # seconds for one call
    kind: str  # how the code is called: a key of kinds.drivers.DRIVERS
    rows: tuple[Row, ...]  # asked for
    chunks: tuple[tuple[str, str], ...] = ()  # name, expression: for a child that runs them itself
    declared: Mapping[str, Any] = field(default_factory=dict)  # for the driver: Declaration.facts
    walled: bool = False  # other people's code: what differentiates ends the attempt

    @property
    def lines(self) -> int:
        return self.source.count("\n") + 1

    def pack(self) -> bytes:
        facts = vars(self) | {"rows": [[row.name, row.is_value] for row in self.rows]}
        return pack(facts, {})

    @classmethod
    def read(cls, message: Message) -> Self:
        facts = message.facts
        return cls(
            **facts
            | {
                "rows": tuple(Row(name, is_value) for name, is_value in facts["rows"]),
                "chunks": tuple((name, text) for name, text in facts["chunks"]),
            }
        )


@dataclass(frozen=True)
class Isolation:
    """Run each line, operation or layer alone: stand-ins take the place of what is above it."""

    stand_ins: Tensors  # upstream gradients by name, each of its value's shape
    watch: bool = False  # after every statement, look for tensors that were written to
    restore: bool = False  # whenever a gradient is done, undo writes to others and to values
    late: Mapping[str, int] = field(default_factory=dict)  # done only at this line
    everywhere: bool = False  # stand-ins are added wherever a gradient is written


@dataclass(frozen=True)
class Request:
    """One call of the learner's code."""

    values: Tensors  # of the forward pass, by name
    numbers: Mapping[str, Any]  # what it takes that is not a tensor
    float64: bool
    isolation: Isolation | None = None  # None: the code as it is written
    sizes: Mapping[str, int] = field(default_factory=dict)  # handed over, and globals of the file
    further: tuple[str, ...] = ()  # of the values, what is not of the exercise's forward pass

    @cached_property
    def frame(self) -> bytes:
        """As it is sent; made once for all submissions that are asked it."""
        facts: dict[str, Any] = {
            "numbers": dict(self.numbers),
            "float64": self.float64,
            "sizes": dict(self.sizes),
            "further": self.further,
        }
        tensors = dict(self.values)
        if self.isolation is not None:
            named = vars(self.isolation) | {"late": dict(self.isolation.late)}
            stand_ins = named.pop("stand_ins")
            tensors |= {STAND_IN + name: value for name, value in stand_ins.items()}
            facts["isolation"] = named
        return pack(facts, tensors)

    @classmethod
    def read(cls, message: Message) -> Self:
        facts, values, stand_ins = message.facts, {}, {}
        for name, tensor in message.tensors.items():
            if name.startswith(STAND_IN):
                stand_ins[name.removeprefix(STAND_IN)] = tensor
            else:
                values[name] = tensor
        isolation = facts.get("isolation")
        return cls(
            values,
            facts["numbers"],
            facts["float64"],
            None if isolation is None else Isolation(stand_ins, **isolation),
            facts["sizes"],
            tuple(facts["further"]),
        )


@dataclass(frozen=True)
class Ended:
    """Why there is no answer. `how` is a key of render.messages.ENDINGS, or "unreadable"."""

    how: str
    detail: str = ""


@dataclass(frozen=True)
class Raised:
    """An exception that left the learner's code."""

    type: str
    message: str
    line: int | None
    shapes: Mapping[str, str]  # of the tensors named on that line
    trace: str  # the frames from the learner's file on

    @property
    def out_of_time(self) -> bool:
        return self.type == "OutOfTime"


@dataclass(frozen=True)
class Answer:
    """What one call gave."""

    gradients: Tensors  # of each row, plain tensors only
    # As submitted, of gradients that `in_shapes_of` gave their value's shape.
    shapes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)  # what was given that is not one
    others: tuple[str, ...] = ()  # further keys of the returned dict
    changed: tuple[str, ...] = ()  # forward values that were written to
    autodiff: tuple[int, str] | None = None  # line and name of a use of autograd that was seen
    measured: tuple[int, str] | None = None  # line and name of an operator asked as differences do
    blinded: bool = False  # it is not that, but what would have kept it from being seen
    raised: Raised | None = None
    unusable: str | None = None  # why `backward` could not be called, or gave no dict
    # Of an isolated run:
    recorded: Mapping[str, int] = field(default_factory=dict)  # gradient -> line where it is done
    altered: tuple[str, ...] = ()  # gradients written to after that
    rebuilt: tuple[str, ...] = ()  # gradients returned otherwise than they were when done
    altered_at: Mapping[str, int] = field(default_factory=dict)  # gradient -> line that wrote to it
    changed_at: Mapping[str, int] = field(default_factory=dict)  # forward value -> that line
    failures: Mapping[int, str] = field(default_factory=dict)  # line -> what raised there
    # Of a graph of the learner's own Values:
    sent: Mapping[str, int] = field(default_factory=dict)  # graphs, by what was out of order
    idle: tuple[str, ...] = ()  # chunks whose result has only a leaf's _backward

    @property
    def out_of_time(self) -> bool:
        return self.raised is not None and self.raised.out_of_time

    def cut_off(self, name: str) -> bool:
        """Whether time was up before this row was given."""
        return self.out_of_time and name not in self.gradients and name not in self.kinds

    def in_shapes_of(self, values: Tensors, rows: Iterable[Row]) -> "Answer":
        """With each gradient that broadcasts to its value, but for leading 1s, in its shape."""
        gradients, shapes = dict(self.gradients), dict[str, tuple[int, ...]]()
        for name in (row.name for row in rows if row.broadcasts and row.name in values):
            given, expected = gradients.get(name), values[name].shape
            if given is None or given.shape == expected:
                continue
            if (viewed := in_shape(given, expected)) is not None:
                gradients[name], shapes[name] = viewed, tuple(given.shape)
        return replace(self, gradients=gradients, shapes=shapes) if shapes else self

    def pack(self) -> bytes:
        facts = {name: value for name, value in vars(self).items() if value and name != "gradients"}
        if self.raised is not None:
            facts["raised"] = vars(self.raised)
        return pack(facts, self.gradients)


def read_answer(message: Message, rows: tuple[Row, ...], last: int = LAST_LINE) -> Answer:
    """Raises BadMessage for anything that is not an answer to what was asked.

    `last`: the submission's last line. One beyond it, which a line table of the learner's own may
    name, is where an error is in no line of the file.
    """
    names = {row.name for row in rows}
    if not message.tensors.keys() <= names:
        raise BadMessage("it holds tensors that nobody asked for")
    facts = message.facts
    kinds = _texts(facts.get("kinds", {}), 100)
    raised, unusable = facts.get("raised"), facts.get("unusable")
    if not kinds.keys() <= names or not isinstance(unusable, str | None):
        raise BadMessage("its facts are not what was asked for")

    def of_rows(key: str) -> dict[str, int]:
        return {name: at for name, at in _lines(facts.get(key, {})).items() if name in names}

    return Answer(
        gradients=message.tensors,
        kinds=kinds,
        others=_names(facts.get("others", [])),
        changed=_names(facts.get("changed", [])),
        autodiff=_line_and_name(facts.get("autodiff"), last),
        measured=_line_and_name(facts.get("measured"), last),
        blinded=facts.get("blinded") is True,
        raised=None if raised is None else _raised(raised, last),
        unusable=None if unusable is None else printable(unusable, 500),
        recorded=of_rows("recorded"),
        altered=tuple(name for name in _names(facts.get("altered", [])) if name in names),
        rebuilt=tuple(name for name in _names(facts.get("rebuilt", [])) if name in names),
        altered_at=_within(of_rows("altered_at"), last),
        changed_at=_within(_lines(facts.get("changed_at", {})), last),
        failures=_failures(facts.get("failures", {}), last),
        sent=_counts(facts.get("sent", {})),
        idle=_names(facts.get("idle", [])),
    )


def _line_and_name(value: Any, last: int) -> tuple[int, str] | None:
    match value:
        case None:
            return None
        case [int() as line, str() as what] if type(line) is int and line >= 0:
            return line if line <= last else 0, one_line(what, 60)  # 0: outside the file
    raise BadMessage("expected a line and a name")


def _raised(facts: Any, last: int) -> Raised:
    if not isinstance(facts, dict):
        raise BadMessage("its error is not a JSON object")
    kind, message, line = facts.get("type"), facts.get("message"), facts.get("line")
    if not isinstance(kind, str) or not isinstance(message, str) or not _is_line(line):
        raise BadMessage("its error has no type, message and line")
    shapes, trace = _texts(facts.get("shapes", {}), 60), facts.get("trace", "")
    if not isinstance(trace, str):
        raise BadMessage("its error has no trace")
    shown, at = printable(trace, 10_000), None if line is None or line > last else line
    return Raised(one_line(kind, 100), printable(message, 500), at, shapes, shown)


def _is_line(value: Any) -> bool:
    return value is None or (type(value) is int and 0 < value <= LAST_LINE)


def _lines(value: Any) -> dict[str, int]:
    """Line by name; an entry without a line is left out."""
    if not isinstance(value, dict) or not all(_is_line(line) for line in value.values()):
        raise BadMessage("expected names and lines")
    return {one_line(key, 60): at for key, at in list(value.items())[:MOST] if at is not None}


def _within(lines: dict[str, int], last: int) -> dict[str, int]:
    if any(line > last for line in lines.values()):
        raise BadMessage(f"it names a line beyond the last, {last}")
    return lines


def _counts(value: Any) -> dict[str, int]:
    if not isinstance(value, dict) or not all(type(n) is int and n >= 0 for n in value.values()):
        raise BadMessage("expected names and counts")
    return {one_line(key, 60): min(count, MOST_COUNTED) for key, count in list(value.items())[:20]}


def _failures(value: Any, last: int) -> dict[int, str]:
    if not isinstance(value, dict):
        raise BadMessage("expected lines and texts")
    found = {int(line): text for line, text in _texts(value, 500).items() if line.isdecimal()}
    return {line: text for line, text in found.items() if 0 < line <= last}


def _texts(value: Any, cap: int) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise BadMessage("expected names and texts")
    items = list(value.items())[:MOST]
    return {one_line(key, 60): printable(text, cap) for key, text in items}


def _names(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise BadMessage("expected a list of names")
    return tuple(one_line(name, 60) for name in value[:MOST])
