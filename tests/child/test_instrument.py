"""The line that the report shows is the line behind which a gradient is handed over, and the line
that did last change it, as tracing the function tells."""

import ast
import builtins
import sys
from contextlib import nullcontext
from pathlib import Path
from textwrap import indent
from types import FrameType, SimpleNamespace
from typing import Any

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.child.instrument import RECORDER, instrument
from grader.syntax.submission import Submission

KEYS = ("dA", "dB", "dC")
KEPT = ("{key}", "of_{key}", 'grads["{key}"]', "space.{key}")  # as `return {"dA": of_dA}` says
FIRST = (
    "{g} = A * 2",
    "first, {g} = 1, A * 2",
    "[*rest, {g}] = [1, 2, A * 2]",
    "if len(A) == 2:\n    {g} = A * 2",
    "for {g} in (A * 2, A * 3):\n    pass",
    "with held(A * 2) as {g}:\n    pass",
    "try:\n    {g} = A * 2\nfinally:\n    pass",
    "match 1:\n    case 1:\n        {g} = A * 2",
    "{g} = (\n    A\n    * 2\n)",
)
FIRST_OF_A_NAME = ("{g}: object = A * 2", "if ({g} := A * 2) is None:\n    pass")
LATER = (
    "{g} = {g} + 1",
    "{g} += 1",
    "{g}[0] = {g}[0] + 5",
    "{g}[0, 1] -= 3",
    "{g}.add_(2)",
    "_ = {g}.add_(2)",
    "{g}.view(-1)[1].add_(3)",
    "{g}.data += 4",
    "torch.add({g}, 1, out={g})",
    "torch.add({g}[0], 1, out={g}[0])",
    "for i in range(2):\n    {g}[i] += i + 1\n    seen = i",
    "with held(0):\n    {g} -= 1",
    "if len(A) > 2:\n    pass\nelse:\n    {g} += 1",
    "[{g}[i].add_(1) for i in range(2)]",
)
BESIDE = (
    "other = A + 1",
    "def {key}_of(z):\n    {key} = z\n    return {key}",
    "total = {g}.sum()",
    "copied = {g}.clone().add_(1)",
)


@st.composite
def functions(draw: Any) -> tuple[str, dict[str, str]]:
    """A `backward`, and where it keeps each gradient."""
    kept, body = {}, []
    for key in KEYS:
        kind = draw(st.sampled_from(KEPT))
        kept[key] = place = kind.format(key=key)
        first = FIRST + FIRST_OF_A_NAME if place.isidentifier() else FIRST
        texts = [draw(st.sampled_from(first))]
        texts += draw(st.lists(st.sampled_from(LATER + BESIDE), max_size=3))
        body += [text.replace("{g}", place).replace("{key}", key) for text in texts]
    body.append("return {" + ", ".join(f'"{key}": {place}' for key, place in kept.items()) + "}")
    head = "def backward(A):\n    grads, space = {}, Space()\n"
    below = "\n\ndef unused(z):\n    dA = dB = of_dC = z\n    return dA\n"
    return head + indent("\n".join(body), "    ") + below, kept


def module() -> dict[str, Any]:
    return {"torch": torch, "held": nullcontext, "Space": SimpleNamespace}


def changed_at(source: str, kept: dict[str, str]) -> tuple[dict[str, int], dict[str, Any]]:
    """By gradient, the line that last changed it when the function ran; and what it was then."""
    scope = module()
    exec(compile(source, "answer.py", "exec"), scope)
    lines: dict[str, int] = {}
    values: dict[str, Any] = {}
    before = 0

    def traced(frame: FrameType, event: str, _: object) -> Any:
        nonlocal before
        if frame.f_code.co_name != "backward":
            return None
        for key, place in kept.items():
            try:
                now = eval(place, {}, frame.f_locals)
            except (NameError, KeyError, AttributeError):
                continue
            if key not in values or not torch.equal(values[key], now):
                lines[key], values[key] = before, now.clone()
        before = frame.f_lineno
        return traced

    old = sys.gettrace()
    sys.settrace(traced)
    try:
        scope["backward"](torch.ones(2, 3))
    finally:
        sys.settrace(old)
    return lines, values


class Noting:
    """A recorder that notes on which line it is called."""

    Exception = builtins.Exception

    def __init__(self) -> None:
        self.lines: dict[str, int] = {}
        self.values: dict[str, Any] = {}

    def done(self, key: str, value: Any, statement: int) -> Any:
        self.lines.setdefault(key, sys._getframe(1).f_lineno)
        self.values.setdefault(key, value.clone())
        return value

    def check(self, line: int) -> None:
        pass

    def failed(self, line: int, error: BaseException) -> None:
        raise error


def of_write(source: str, line: int) -> int:
    """The first line of the innermost statement on this line: a trace names lines within it."""
    around = [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or 0)
    ]
    return max(around)


@given(functions())
@settings(max_examples=150, deadline=None)
def test_the_line_shown_is_the_line_handed_over_and_the_line_that_wrote(
    drawn: tuple[str, dict[str, str]],
) -> None:
    source, kept = drawn
    recorder = Noting()
    scope = module() | {RECORDER: recorder}
    exec(compile(instrument(ast.parse(source), KEYS), "answer.py", "exec"), scope)
    scope["backward"](torch.ones(2, 3))
    lines, values = changed_at(source, kept)
    shown = Submission(Path("answer.py"), source).lines
    assert recorder.lines == {key: shown[key] for key in KEYS}
    assert recorder.lines == {key: of_write(source, line) for key, line in lines.items()}
    for key in KEYS:
        assert torch.equal(recorder.values[key], values[key])
