"""The child: the only place where a learner's code is loaded and run.

It is handed the source and forward values, calls `backward`, and answers with what came
of it. It knows no reference gradient, and nothing that it says is believed: the grader
judges the tensors it sends.
"""

import ast
import faulthandler
import gc
import os
import signal
import sys
import types
from collections.abc import Callable, Mapping
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

import torch

from grader.child.call_backward import Unusable, counted, same, sort_returned
from grader.child.failure import describe, locals_of
from grader.child.instrument import RECORDER, instrument, move
from grader.child.recorder import Recorder
from grader.child.request import Request
from grader.child.torch_modes import Float64, Watch
from grader.kinds import KINDS
from grader.protocol import LENGTH, pack, unpack
from grader.syntax.submission import ENTRY

LATER_TIMEOUT = 0.5  # seconds, once a call has been out of time: one wait is enough


# How the learner's code of each kind is called: kinds/drivers.py.
Calls = Mapping[str, Callable[[Request, dict[str, Any]], None]]


class OutOfTime(BaseException):
    """Raised by the alarm inside the learner's code; no `except Exception` catches it."""


@dataclass(frozen=True)
class Code:
    """The learner's source; compiled where its errors are the learner's."""

    path: str
    source: str
    calls: Calls = field(compare=False)

    @cached_property
    def compiled(self) -> types.CodeType:
        return compile(self.source, self.path, "exec", dont_inherit=True)


@cache
def instrumented(
    submission: Code, wanted: tuple[str, ...], late: tuple[tuple[str, int], ...], everywhere: bool
) -> types.CodeType:
    tree = ast.parse(submission.source)
    tree = move(tree, wanted) if everywhere else instrument(tree, wanted, dict(late))
    return compile(tree, submission.path, "exec", dont_inherit=True)


@dataclass
class Outcome:
    """What one call of `backward` came to; `facts` goes to the grader as JSON."""

    facts: dict[str, Any] = field(default_factory=dict)
    tensors: dict[str, torch.Tensor] = field(default_factory=dict)

    def take(
        self, scope: Mapping[str, Any], asked: Mapping[str, Any], given: Mapping[str, Any]
    ) -> None:
        """`scope` has a value that is no gradient under its own name; on the wire all have a d."""
        values = asked.get("values", ())
        found = {f"d{name}": counted(scope[name]) for name in values if name in scope}
        scope = {key: value for key, value in scope.items() if key not in values} | found
        self.tensors, facts = sort_returned(scope, asked["wanted"], given)
        self.facts |= facts


def serve(requests: int, replies: int, calls: Calls) -> None:
    """Answer requests until their pipe closes. The first carries the source and the limits."""
    with os.fdopen(requests, "rb") as source, os.fdopen(replies, "wb") as answers:
        setup = unpack(_read_frame(source)).facts
        submission = Code(setup["path"], setup["source"], calls)
        timeout, first, streams = setup["timeout"], True, (sys.stdout, sys.stderr)
        torch.set_num_threads(1)
        gc.freeze()  # a collection that walks all of torch's objects takes 60 ms
        faulthandler.disable()  # where it is on, it holds one of the grader's own streams
        while (frame := _read_frame(source)) is not None:
            request = unpack(frame)
            outcome = run(submission, request.facts, request.tensors, timeout)
            if outcome.facts.get("raised", {}).get("type") == OutOfTime.__name__:
                timeout = min(timeout, LATER_TIMEOUT)
            for stream in streams:
                with suppress(OSError, ValueError):  # the learner's code may have closed it
                    stream.flush()
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


def run(
    submission: Code, facts: Mapping[str, Any], tensors: Mapping[str, Any], timeout: float
) -> Outcome:
    if "stand_ins" not in facts:
        return run_once(submission, facts, tensors, timeout)
    alone = KINDS[facts["kind"]].classes
    return (run_alone if alone else run_lines)(submission, facts, tensors, timeout)


def run_once(
    submission: Code, facts: Mapping[str, Any], values: Mapping[str, Any], timeout: float
) -> Outcome:
    """Load the module anew, call its `backward` on these values, describe what came back."""
    given = {**facts["numbers"], **{name: value.clone() for name, value in values.items()}}
    outcome, scope = _run(submission, lambda: submission.compiled, facts, given, timeout, {})
    outcome.take(scope, facts, given)
    outcome.facts["changed"] = sorted(
        name for name, value in values.items() if not same(value, given[name])
    )
    return outcome


def _run(
    submission: Code,
    compiled: Callable[[], types.CodeType],
    facts: Mapping[str, Any],
    given: dict[str, Any],
    timeout: float,
    names: Mapping[str, Any],
    stand_ins: Mapping[str, torch.Tensor] | None = None,
) -> tuple[Outcome, dict[str, Any]]:
    """Load and call; what was returned, or the locals at the point where it raised."""
    wide = facts["float64"]
    torch.set_default_dtype(torch.float64 if wide else torch.float32)
    outcome, watch = Outcome(), Watch(submission.path)
    scope: dict[str, Any] = {}
    try:
        width = Float64() if wide else nullcontext()
        with _alarm(timeout), torch.inference_mode(), watch, width:
            _call(submission.calls, compiled(), given, facts, names, scope, outcome, stand_ins)
    except BaseException as error:  # whatever it raised, SystemExit too, is an outcome
        outcome.facts["raised"] = describe(error, submission.path, submission.source)
        scope.update(scope or locals_of(error, submission.path, ENTRY))
    outcome.facts["autodiff"] = watch.seen
    return outcome, scope


def run_lines(
    submission: Code, facts: Mapping[str, Any], tensors: Mapping[str, Any], timeout: float
) -> Outcome:
    """Call an instrumented `backward`: each gradient it gives when it has stand-ins upstream."""
    wanted, keys = facts["wanted"], facts["stand_ins"]
    stand_ins = {key: tensors[key] for key in keys}
    values = {name: value for name, value in tensors.items() if name not in stand_ins}
    given = {name: value.clone() for name, value in values.items()}
    recorder = Recorder(stand_ins, values, given, facts["watch"], facts["restore"])
    outcome, scope = _run(
        submission,
        lambda: instrumented(
            submission, tuple(wanted), tuple(facts["late"].items()), facts["everywhere"]
        ),
        facts,
        {**facts["numbers"], **given},
        timeout,
        {RECORDER: recorder},
    )
    results = {**scope, **recorder.results}
    outcome.take(results, facts, given)
    outcome.facts |= {
        "recorded": recorder.done_at,
        "failures": recorder.failures,
        "altered": recorder.altered(scope),
        "altered_at": recorder.altered_at,
        "changed_at": recorder.changed_at,
        "rebuilt": recorder.rebuilt(scope),
    }
    return outcome


def run_alone(
    submission: Code, facts: Mapping[str, Any], tensors: Mapping[str, Any], timeout: float
) -> Outcome:
    """Run each operation or layer of the learner's classes with a stand-in upstream."""
    keys = facts["stand_ins"]
    stand_ins = {key: tensors[key] for key in keys}
    given = {name: value.clone() for name, value in tensors.items() if name not in stand_ins}
    outcome, scope = _run(
        submission,
        lambda: submission.compiled,
        facts,
        {**facts["numbers"], **given},
        timeout,
        {},
        stand_ins,
    )
    outcome.take(scope, facts, given)
    # Each ran on its own, one after the other, whatever the line it is written in.
    outcome.facts.setdefault("recorded", {key: at for at, key in enumerate(facts["wanted"], 1)})
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
    calls: Calls,
    code: types.CodeType,
    given: dict[str, Any],
    facts: Mapping[str, Any],
    names: Mapping[str, Any],
    scope: dict[str, Any],
    outcome: Outcome,
    stand_ins: Mapping[str, torch.Tensor] | None,
) -> None:
    """Fill `scope` with what `backward` returned."""
    module = types.ModuleType("submission")
    module.__file__ = code.co_filename
    module.__dict__.update(names)
    sys.modules[module.__name__] = module  # where dataclasses and pickle look for it
    exec(code, module.__dict__)  # the learner's code, in the process made for it
    try:
        call = calls[facts["kind"]]
        call(Request(vars(module), given, facts, stand_ins, outcome.facts), scope)
    except Unusable as error:
        outcome.facts["unusable"] = str(error)
