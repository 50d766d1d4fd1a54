"""The child: the only place where a learner's code is loaded and run.

It is handed the source and forward values, calls `backward`, and answers with what came
of it. It knows no reference gradient, and nothing that it says is believed: the grader
judges the tensors it sends.
"""

import inspect
import linecache
import os
import re
import signal
import sys
import traceback
import types
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from grader.errors import did_you_mean
from grader.submission import ENTRY
from grader.wire import LENGTH, pack, unpack

MAX_NUMEL = 4_000_000  # larger gradients are described, not sent


class OutOfTime(BaseException):
    """Raised by the alarm inside the learner's code; no `except Exception` catches it."""


class Float64(TorchFunctionMode):
    """float32 means float64 while this is active.

    The decision is made in float64. `.float()` and `dtype=torch.float32` in a right answer
    (a one-hot matrix made a factor, say) must not round it back, nor clash with it.
    """

    def __torch_function__(self, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
        if func is torch.Tensor.float:
            func = torch.Tensor.double
        args = tuple(_widened(arg) for arg in args)
        return func(*args, **{key: _widened(value) for key, value in (kwargs or {}).items()})


def _widened(value: Any) -> Any:
    narrow = value is torch.float32 or (isinstance(value, str) and value == "torch.FloatTensor")
    return torch.float64 if narrow else value


@dataclass(frozen=True)
class Code:
    """The learner's source; compiled where its errors are the learner's."""

    path: str
    source: str

    @cached_property
    def compiled(self) -> types.CodeType:
        return compile(self.source, self.path, "exec", dont_inherit=True)


@dataclass
class Outcome:
    """What one call of `backward` came to; `facts` goes to the grader as JSON."""

    facts: dict[str, Any] = field(default_factory=dict)
    tensors: dict[str, torch.Tensor] = field(default_factory=dict)


def serve(requests: int, replies: int) -> None:
    """Answer requests until their pipe closes. The first carries the source and the limits."""
    with os.fdopen(requests, "rb") as source, os.fdopen(replies, "wb") as answers:
        setup = unpack(_read_frame(source)).facts
        submission = Code(setup["path"], setup["source"])
        first = True
        while (frame := _read_frame(source)) is not None:
            request = unpack(frame)
            outcome = run_once(submission, request.facts, request.tensors, setup["timeout"])
            sys.stdout.flush()
            if first:  # what it prints is shown once, not once for every size tried
                silence = os.open(os.devnull, os.O_WRONLY)
                os.dup2(silence, 1)
                os.dup2(silence, 2)
                first = False
            answers.write(pack(outcome.facts, outcome.tensors))
            answers.flush()


def _read_frame(source: Any) -> Any:
    head = source.read(LENGTH.size)
    return source.read(LENGTH.unpack(head)[0]) if len(head) == LENGTH.size else None


def run_once(
    submission: Code, facts: Mapping[str, Any], values: Mapping[str, Any], timeout: float
) -> Outcome:
    """Load the module anew, call its `backward` on these values, describe what came back."""
    wide = facts["float64"]
    torch.set_default_dtype(torch.float64 if wide else torch.float32)
    given = {**facts["numbers"], **{name: value.clone() for name, value in values.items()}}
    outcome = Outcome()
    scope: dict[str, Any] = {}
    try:
        with _alarm(timeout), torch.inference_mode():
            if wide:
                with Float64():
                    _call(submission.compiled, given, scope, outcome)
            else:
                _call(submission.compiled, given, scope, outcome)
    except BaseException as error:  # whatever it raised, SystemExit too, is an outcome
        _note_error(outcome, error, submission.path, submission.source, scope)
    _describe(outcome, scope, facts["wanted"], given)
    outcome.facts["changed"] = sorted(
        name for name, value in values.items() if not torch.equal(value, given[name])
    )
    return outcome


class _alarm:  # noqa: N801  a context manager, read as a word
    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def __enter__(self) -> None:
        signal.signal(signal.SIGALRM, self._ring)
        signal.setitimer(signal.ITIMER_REAL, self.seconds)

    def __exit__(self, *_: object) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)

    @staticmethod
    def _ring(*_: object) -> None:
        raise OutOfTime


def _call(
    code: types.CodeType, given: dict[str, Any], scope: dict[str, Any], outcome: Outcome
) -> None:
    """Fill `scope` with what `backward` returned."""
    module = types.ModuleType("submission")
    module.__file__ = code.co_filename
    exec(code, module.__dict__)  # the learner's code, in the process made for it
    backward = module.__dict__.get(ENTRY)
    if backward is None:
        functions = [name for name, value in vars(module).items() if inspect.isfunction(value)]
        outcome.facts["unusable"] = f"it defines no function `{ENTRY}`" + did_you_mean(
            ENTRY, functions
        )
    elif not callable(backward):
        outcome.facts["unusable"] = f"`{ENTRY}` is not a function but {_kind(backward)}."
    else:
        arguments = _arguments(backward, given, outcome)
        if arguments is not None:
            returned = backward(**arguments)
            if isinstance(returned, dict):
                scope.update(returned)
            else:
                outcome.facts["unusable"] = (
                    f"`{ENTRY}` returned {_kind(returned)}; end it with `return locals()`."
                )


def _arguments(backward: Any, given: dict[str, Any], outcome: Outcome) -> dict[str, Any] | None:
    """The values asked for by parameter name, as a pytest fixture is."""
    arguments = {}
    for name, parameter in inspect.signature(backward).parameters.items():
        if name in given:
            arguments[name] = given[name]
        elif parameter.kind is parameter.VAR_KEYWORD:
            arguments |= given
        elif (
            parameter.default is parameter.empty and parameter.kind is not parameter.VAR_POSITIONAL
        ):
            outcome.facts["unusable"] = (
                f"`{ENTRY}` asks for `{name}`, and the forward pass has no such value"
                + did_you_mean(name, given)
            )
            return None
    return arguments


def _kind(value: object) -> str:
    return "None" if value is None else f"{type(value).__module__}.{type(value).__qualname__}"


def _note_error(
    outcome: Outcome, error: BaseException, path: str, source: str, scope: dict[str, Any]
) -> None:
    """Where and what was raised; the locals of `backward` at that point become the result."""
    line, shapes, trace = None, {}, error.__traceback__
    while trace is not None:
        frame = trace.tb_frame
        if frame.f_code.co_filename == path:
            line = trace.tb_lineno
            shapes = _shapes_on(source.split("\n")[line - 1 : line], frame.f_locals)
            if frame.f_code.co_name == ENTRY:
                scope.update(frame.f_locals)
        trace = trace.tb_next
    outcome.facts["raised"] = {
        "type": type(error).__name__,
        "message": str(error)[:2000],
        "line": line,
        "shapes": shapes,
        "trace": _trace(error, path, source),
    }


def _trace(error: BaseException, path: str, source: str) -> str:
    """The traceback from the learner's file on, with the text of the learner's lines."""
    lines = source.split("\n")
    linecache.cache[path] = (len(source), None, [line + "\n" for line in lines], path)
    first = error.__traceback__
    while first is not None and first.tb_frame.f_code.co_filename != path:
        first = first.tb_next
    return "".join(traceback.format_exception(type(error), error, first))[-10_000:]


def _shapes_on(lines: list[str], local: Mapping[str, Any]) -> dict[str, str]:
    """The shapes of the tensors that the line names, in its order."""
    names = dict.fromkeys(re.findall(r"[^\W\d]\w*", " ".join(lines)))
    return {
        name: str(tuple(local[name].shape))
        for name in names
        if isinstance(local.get(name), torch.Tensor)
    }


def _describe(
    outcome: Outcome, scope: dict[str, Any], wanted: list[str], given: Mapping[str, Any]
) -> None:
    """Sort what was returned: plain dense tensors are sent, the rest is named."""
    kinds: dict[str, str] = {}
    for key in wanted:
        value = scope.get(key)
        if value is None:
            continue
        if type(value) is not torch.Tensor:
            kinds[key] = _kind(value)
        elif value.layout is not torch.strided:
            kinds[key] = f"a sparse tensor ({value.layout})"
        elif value.device.type != "cpu":
            kinds[key] = f"a tensor on device {value.device.type!r}, which holds no values"
        elif value.is_complex() or value.is_quantized:
            kinds[key] = f"a tensor of dtype {value.dtype}"
        elif value.numel() > MAX_NUMEL:
            kinds[key] = f"a tensor of {value.numel():,} entries"
        else:
            outcome.tensors[key] = value
    others = [
        key
        for key, value in scope.items()
        if isinstance(key, str) and key not in wanted and key not in given and value is not None
    ]
    outcome.facts |= {"kinds": kinds, "others": others[:200]}
