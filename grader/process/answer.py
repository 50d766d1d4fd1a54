"""What a child answered, or why it did not: checked records made of untrusted messages."""

from dataclasses import dataclass, field
from typing import Any

import torch

from grader.errors import printable
from grader.protocol import BadMessage, Message
from grader.syntax.submission import MAX_BYTES


@dataclass(frozen=True)
class Ended:
    """Why there is no answer. `how` is a key of wording.ENDINGS, or "unreadable"."""

    how: str
    detail: str = ""


@dataclass(frozen=True)
class Raised:
    """An exception that left the learner's code."""

    type: str
    message: str
    line: int | None
    shapes: dict[str, str]  # of the tensors named on that line
    trace: str  # the frames from the learner's file on

    @property
    def out_of_time(self) -> bool:
        return self.type == "OutOfTime"


@dataclass(frozen=True)
class Answer:
    gradients: dict[str, torch.Tensor]  # by name ("counts"), plain tensors only
    kinds: dict[str, str] = field(default_factory=dict)  # what came instead of a plain tensor
    others: tuple[str, ...] = ()  # further keys of the returned dict
    changed: tuple[str, ...] = ()  # forward values that were written to
    recorded: dict[str, int] = field(default_factory=dict)  # line runs: gradient -> line: done
    altered: tuple[str, ...] = ()  # line runs: gradients written to after that
    rebuilt: tuple[str, ...] = ()  # line runs: gradients returned otherwise than when done
    altered_at: dict[str, int] = field(default_factory=dict)  # line runs: and in which line
    changed_at: dict[str, int] = field(default_factory=dict)  # line runs: forward value -> line
    failures: dict[int, str] = field(default_factory=dict)  # line runs: what raised, by line
    sent: dict[str, int] = field(default_factory=dict)  # of an engine's order: see ordering.py
    idle: tuple[str, ...] = ()  # of an engine: chunks whose result has only a leaf's _backward
    autodiff: tuple[int, str] | None = None  # line and name of a use of autograd that was seen
    raised: Raised | None = None
    unusable: str | None = None  # why `backward` could not be called, or gave no dict

    @property
    def out_of_time(self) -> bool:
        return self.raised is not None and self.raised.out_of_time


def read_answer(message: Message, wanted: tuple[str, ...]) -> Answer:
    """Raises BadMessage for anything that is not an answer to what was asked."""
    if not set(message.tensors) <= set(wanted):
        raise BadMessage("it holds tensors that nobody asked for")
    facts = message.facts
    kinds = _texts(facts.get("kinds", {}), 100)
    raised, unusable = facts.get("raised"), facts.get("unusable")
    if not set(kinds) <= set(wanted) or not isinstance(unusable, str | None):
        raise BadMessage("its facts are not what was asked for")
    return Answer(
        gradients={key[1:]: tensor for key, tensor in message.tensors.items()},
        kinds={key[1:]: kind for key, kind in kinds.items()},
        others=_names(facts.get("others", [])),
        changed=_names(facts.get("changed", [])),
        recorded=_gradient_lines(facts.get("recorded", {}), wanted),
        altered=_gradients(facts.get("altered", []), wanted),
        rebuilt=_gradients(facts.get("rebuilt", []), wanted),
        altered_at=_gradient_lines(facts.get("altered_at", {}), wanted),
        changed_at=_lines(facts.get("changed_at", {})),
        failures=_failures(facts.get("failures", {})),
        sent=_counts(facts.get("sent", {})),
        idle=_names(facts.get("idle", [])),
        autodiff=_autodiff(facts.get("autodiff")),
        raised=None if raised is None else _raised(raised),
        unusable=None if unusable is None else printable(unusable, 500),
    )


def _autodiff(value: Any) -> tuple[int, str] | None:
    match value:
        case None:
            return None
        case [int() as line, str() as what] if _is_line(line):
            return line, printable(what, 60)
    raise BadMessage("a line and a name were due")


def _raised(facts: Any) -> Raised:
    if not isinstance(facts, dict):
        raise BadMessage("its error is no JSON object")
    kind, message, line = facts.get("type"), facts.get("message"), facts.get("line")
    if not isinstance(kind, str) or not isinstance(message, str) or not _is_line(line):
        raise BadMessage("its error has no type, message and line")
    shapes, trace = _texts(facts.get("shapes", {}), 60), facts.get("trace", "")
    if not isinstance(trace, str):
        raise BadMessage("its error has no trace")
    shown = printable(trace, 10_000)
    return Raised(printable(kind, 100), printable(message, 500), line, shapes, shown)


def _is_line(value: Any) -> bool:
    return value is None or (type(value) is int and 0 < value <= MAX_BYTES + 1)


def _gradients(value: Any, wanted: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(key[1:] for key in _names(value) if key in wanted)


def _lines(value: Any) -> dict[str, int]:
    """Line by name; an entry without a line is left out."""
    if not isinstance(value, dict) or not all(_is_line(line) for line in value.values()):
        raise BadMessage("names and lines were due")
    return {printable(key, 60): line for key, line in list(value.items())[:200] if line is not None}


def _gradient_lines(value: Any, wanted: tuple[str, ...]) -> dict[str, int]:
    return {key[1:]: line for key, line in _lines(value).items() if key in wanted}


def _counts(value: Any) -> dict[str, int]:
    if not isinstance(value, dict) or not all(type(n) is int and n >= 0 for n in value.values()):
        raise BadMessage("names and counts were due")
    return {printable(key, 60): count for key, count in list(value.items())[:20]}


def _failures(value: Any) -> dict[int, str]:
    if not isinstance(value, dict):
        raise BadMessage("lines and texts were due")
    found = _texts(value, 500)
    return {int(line): text for line, text in found.items() if line.isdecimal()}


def _texts(value: Any, cap: int) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise BadMessage("names and texts were due")
    return {printable(key, 60): printable(text, cap) for key, text in value.items()}


def _names(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise BadMessage("a list of names was due")
    return tuple(printable(name, 60) for name in value[:200])
