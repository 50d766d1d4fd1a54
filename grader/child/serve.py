"""The child: the only place where a learner's code is loaded and run.

It is handed the source and forward values, calls `backward`, and answers with the
results. It knows no reference gradient, and nothing that it says is believed: the grader
judges the tensors it sends.
"""

import ast
import faulthandler
import gc
import os
import sys
import types
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Any, NoReturn, TypeVar

import torch

from grader.child.call import ChildCall, Notes
from grader.child.call_backward import Unusable, as_floats, sort_returned
from grader.child.derivative_wall import DerivativeWall, End, lay_routes, lift_routes
from grader.child.differences import WHOLE
from grader.child.failure import describe, locals_of
from grader.child.instrument import RECORDER, instrument, move
from grader.child.recorder import Recorder
from grader.child.time_limits import OutOfTime, TimeLimits, alarm
from grader.child.torch_modes import AutogradDetector, set_width
from grader.kinds import FUNCTION, KINDS
from grader.protocol.frames import LENGTH, views
from grader.protocol.messages import Answer, Isolation, Raised, Request, Setup
from grader.rows import Row
from grader.syntax.gradients import ENTRY
from grader.tensors import identical

T = TypeVar("T")
MANY_OBJECTS = 1_000_000  # a tenth or so of the memory that a child may use
BY_ADDRESS: Any = object.__hash__
WARM_UP_CALLS = 4  # of each form: Python specialises what has run eight times

# How the learner's code of each kind is called: kinds/drivers.py.
Drivers = Mapping[str, Callable[[ChildCall, dict[str, Any]], None]]


@dataclass(frozen=True, eq=False)  # what is instrumented is kept by its identity
class Code:
    """The learner's source; compiled where its errors are the learner's."""

    setup: Setup
    drivers: Drivers

    @property
    def isolated_by_driver(self) -> bool:
        """Whether operations or layers are run one by one, not lines of a function."""
        kind = KINDS.get(self.setup.kind)
        return kind is not None and kind.runs_rows_alone

    @property
    def gradients(self) -> tuple[str, ...]:
        """The learner's names for the gradients that are asked for."""
        return tuple(row.key for row in self.setup.rows if not row.is_value)

    def by_key(self, found: Mapping[str, T]) -> dict[str, T]:
        """By the learner's names, of what is named by row."""
        keys = {row.name: row.key for row in self.setup.rows}
        return {keys[name]: value for name, value in found.items() if name in keys}

    def by_name(self, found: Mapping[str, T]) -> dict[str, T]:
        """By row, of what has the learner's names."""
        names = {row.key: row.name for row in self.setup.rows}
        return {names[key]: value for key, value in found.items()}

    @cached_property
    def compiled(self) -> types.CodeType:
        return compile(self.setup.source, self.setup.path, "exec", dont_inherit=True)


@cache
def instrumented(
    code: Code, late: tuple[tuple[str, int], ...], watch: bool, everywhere: bool
) -> types.CodeType:
    """`late`: by the learner's names."""
    tree = ast.parse(code.setup.source)
    if everywhere:
        tree = move(tree, code.gradients)
    else:
        tree = instrument(tree, code.gradients, dict(late), watch)
    return compile(tree, code.setup.path, "exec", dont_inherit=True)


def settle() -> None:
    """What holds for a child, whatever it is sent: in the process that it is made from."""
    torch.set_num_threads(1)
    torch.default_generator.manual_seed(0)  # torch begins with another in each process
    gc.disable()  # Values hold one another: to walk and free them takes half of a call
    gc.freeze()  # a collection that walks all of torch's objects takes 60 ms
    faulthandler.disable()  # where it is on, it holds one of the grader's own streams


def serve(requests: int, replies: int, drivers: Drivers) -> None:
    """Answer requests until their pipe closes. The first frame is the Setup."""
    with os.fdopen(requests, "rb") as source, os.fdopen(replies, "wb") as answers:
        code = Code(Setup.read(views(_read_frame(source))), drivers)
        limits, first, streams = TimeLimits(code.setup.timeout), True, (sys.stdout, sys.stderr)

        def end(line: int, what: str, blinded: bool) -> NoReturn:
            """The last answer, whatever the learner's code would have done next."""
            answers.write(Answer({}, autodiff=(line, what), blinded=blinded).pack())
            answers.flush()
            os._exit(0)

        with _behind_a_wall(code, end) as wall:
            while (frame := _read_frame(source)) is not None:
                answer = run(code, Request.read(views(frame)), limits, wall)
                if answer.raised is not None and answer.raised.type == OutOfTime.__name__:
                    limits = limits.after_a_timeout()
                for stream in streams:
                    with suppress(OSError, ValueError):  # the learner's code may have closed it
                        stream.flush()
                if first:  # what it prints is shown once, not once for every size tried
                    silence = os.open(os.devnull, os.O_WRONLY)
                    os.dup2(silence, 1)
                    os.dup2(silence, 2)
                    first = False
                reply = answer.pack()
                if wall is not None:
                    wall.check()
                answers.write(reply)
                answers.flush()
                if gc.get_count()[0] > MANY_OBJECTS:
                    gc.collect()


@contextmanager
def _behind_a_wall(code: Code, end: End) -> Iterator[DerivativeWall | None]:
    """Other people's code."""
    if not code.setup.walled:
        lift_routes()
        yield None
        return
    with torch.inference_mode(), DerivativeWall(code.setup.path, end) as wall:
        wall.whole = WHOLE.search(code.setup.source) is not None
        yield wall


def warm_up(drivers: Drivers, walled: bool) -> None:
    """Run a toy submission: what a first call loads and specialises is there for every child. The
    routes of a wall are laid once for all that stand behind one, and not for others: to lift them
    takes a child a seventh of its time."""
    source = (
        "import torch\n"
        "def backward(n, x, w, y):\n"
        "    dy = torch.zeros_like(y)\n"
        "    dy[range(n), torch.zeros(n, dtype=torch.int64)] = -1.0 / n\n"
        "    dw = (x.T @ dy).view(w.shape) * (1 - w**2)\n"
        "    dx = dy @ w.T\n"
        "    dx += dy.sum(1, keepdim=True).expand_as(x)\n"
        "    return locals()\n"
    )
    rows = tuple(map(Row, ("y", "w", "x")))
    code = Code(Setup(source, "<warm up>", 60.0, FUNCTION.name, rows, walled=walled), drivers)
    values = {"x": torch.ones(2, 3), "w": torch.ones(3, 4), "y": torch.ones(2, 4)}
    if walled:
        lay_routes()
    with _behind_a_wall(code, _not_in_the_toy) as wall:
        for float64 in (False, True):
            given = {name: value.double() if float64 else value for name, value in values.items()}
            plain = Request(given, {"n": 2}, float64)
            for request in [plain, replace(plain, isolation=Isolation(given))] * WARM_UP_CALLS:
                read_back = Request.read(views(bytearray(request.frame[LENGTH.size :])))
                answer = run(code, read_back, TimeLimits(60.0), wall)
                assert answer.pack() and answer.raised is None, answer.raised
    set_width(float64=False)
    instrumented.cache_clear()
    del sys.modules["submission"]


def _not_in_the_toy(line: int, what: str, blinded: bool) -> NoReturn:
    raise AssertionError(f"line {line}: {what}")


def _read_frame(source: Any) -> Any:
    head = source.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    frame = bytearray(LENGTH.unpack(head)[0])
    return frame if source.readinto(frame) == len(frame) else None


def run(
    code: Code, request: Request, limits: TimeLimits, wall: DerivativeWall | None = None
) -> Answer:
    """Load the module anew, call it on these values, describe what it gave. `wall`: that all this
    stands behind."""
    rows, isolation, notes = code.setup.rows, request.isolation, Notes()
    values = {name: value.clone() for name, value in request.values.items()}
    given = {**request.sizes, **request.numbers, **values}
    stand_ins = recorder = None
    if isolation is not None and code.isolated_by_driver:
        stand_ins = isolation.stand_ins
    elif isolation is not None:
        recorder = _recorder(code, request, isolation, values)

    def call(scope: dict[str, Any]) -> None:
        module = _loaded(code, request, recorder)
        drive = code.drivers[code.setup.kind]
        extra = request.sizes.keys() - request.numbers.keys() | set(request.further)
        try:
            drive(ChildCall(module, given, code.setup, stand_ins, notes, frozenset(extra)), scope)
        finally:  # a module and its functions hold one another, and would hold all its tensors
            module.pop(RECORDER, None)

    set_width(request.float64)
    # In isolation nobody looks for autograd: that is looked for as the code is written.
    detector = None if isolation is not None else AutogradDetector(code.setup.path)
    if wall is not None:
        wall.begin(looks=request.float64 and isolation is None)
    answer, scope = _observed(code.setup, limits, detector, call)
    if wall is not None:
        wall.finish()
    for name in (row.name for row in rows if row.is_value and row.name in scope):
        scope[name] = as_floats(scope[name])
    found = scope if recorder is None else {**scope, **recorder.results}
    gradients, kinds, others = sort_returned(found, rows, given)
    measured = None if wall is None else wall.measured
    answer = replace(answer, gradients=gradients, kinds=kinds, others=others, measured=measured)
    if recorder is not None:
        return _with_records(answer, code, recorder, scope)
    if isolation is not None:
        return _with_notes(answer, code, notes)
    changed = [name for name, value in request.values.items() if not identical(value, values[name])]
    return replace(answer, changed=tuple(sorted(changed)))


def _recorder(
    code: Code, request: Request, isolation: Isolation, values: Mapping[str, torch.Tensor]
) -> Recorder:
    stand_ins = code.by_key(isolation.stand_ins)
    return Recorder(stand_ins, request.values, values, isolation.watch, isolation.restore)


def _loaded(code: Code, request: Request, recorder: Recorder | None) -> dict[str, Any]:
    """The names of the learner's file, executed: over those of the sizes."""
    module, isolation = types.ModuleType("submission"), request.isolation
    module.__file__ = code.setup.path
    module.__dict__.update(request.sizes)
    sys.modules[module.__name__] = module  # where dataclasses and pickle look for it
    compiled = code.compiled
    if isolation is not None and recorder is not None:
        module.__dict__[RECORDER] = recorder
        late = tuple(code.by_key(isolation.late).items())
        compiled = instrumented(code, late, isolation.watch, isolation.everywhere)
    exec(compiled, module.__dict__)  # the learner's code, in the process made for it
    if code.setup.walled:
        _number_objects(module)
    return module.__dict__


def _number_objects(module: types.ModuleType) -> None:
    """A set of the learner's own objects has the order in which they came into sets, not that of
    their addresses: so that other people's code, graded again at the same seed, is told the same.
    (It takes a tenth of the time of code that works with such sets.)"""
    numbers: dict[int, tuple[int, object]] = {}  # kept, so that no other one gets its address

    def number(thing: object) -> int:
        return numbers.setdefault(id(thing), (len(numbers), thing))[0]

    for kind in [one for one in module.__dict__.values() if isinstance(one, type)]:
        if kind.__module__ == module.__name__ and kind.__hash__ is BY_ADDRESS:
            kind.__hash__ = number  # type: ignore[assignment, method-assign]


def _observed(
    setup: Setup,
    limits: TimeLimits,
    detector: AutogradDetector | None,
    call: Callable[[dict[str, Any]], None],
) -> tuple[Answer, dict[str, Any]]:
    """What is seen while it runs; and what was returned, or the locals at the point it raised."""
    scope: dict[str, Any] = {}
    raised = unusable = None
    sys.breakpointhook = _no_debugger
    try:
        with alarm(limits), torch.inference_mode(), detector or nullcontext():
            call(scope)
    except Unusable as error:
        unusable = str(error)
    except BaseException as error:  # whatever it raised, SystemExit too, is an outcome
        raised = Raised(**describe(error, setup.path, setup.source))
        scope.update(scope or locals_of(error, setup.path, ENTRY))
    autodiff = None if detector is None else detector.seen
    return Answer({}, autodiff=autodiff, raised=raised, unusable=unusable), scope


def _no_debugger(*arguments: Any, **named: Any) -> None:
    """Python's own would end the code on the line after `breakpoint()`, for want of a terminal."""
    from bdb import BdbQuit

    raise BdbQuit


def _with_records(
    answer: Answer, code: Code, recorder: Recorder, scope: Mapping[str, Any]
) -> Answer:
    handed_back = recorder.handed_back(scope)
    return replace(
        answer,
        recorded=code.by_name(recorder.done_at),
        failures=recorder.failures,
        altered=tuple(code.by_name(dict.fromkeys(recorder.altered(scope, handed_back)))),
        altered_at=code.by_name(recorder.altered_at),
        changed_at=recorder.changed_at,
        rebuilt=tuple(code.by_name(dict.fromkeys(recorder.rebuilt(scope, handed_back)))),
    )


def _with_notes(answer: Answer, code: Code, notes: Notes) -> Answer:
    """Each ran on its own, one after the other, whatever the line it is written in."""
    recorded = notes.recorded
    if recorded is None:
        recorded = {row.name: at for at, row in enumerate(code.setup.rows, 1)}
    return replace(answer, recorded=recorded, sent=notes.sent, idle=notes.idle)
