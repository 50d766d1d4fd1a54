"""Call `backward` with Python's own numbers: once at each of several points.

A tensor of shape (points,) is one number to the learner. Several points, for at a single one
every wrong number is the right one times something. Runs in the child.
"""

import builtins
import math
from numbers import Real
from typing import Any

import torch

from grader.child.call import ChildCall
from grader.child.call_backward import Unusable, call_entry
from grader.child.failure import locals_of
from grader.child.instrument import RECORDER
from grader.child.recorder import Recorder
from grader.child.time_limits import Shares
from grader.syntax.gradients import ENTRY


def call_with_numbers(call: ChildCall, scope: dict[str, Any]) -> None:
    """Raises what the learner's code raised at the first point where it did.

    The code has its share of the time at each point, so that what stands before a loop that
    does not end is known at every one. Raises Unusable.
    """
    recorder: Recorder | None = call.module.get(RECORDER)
    returned: list[dict[str, Any]] = []
    points: list[_Point] = []
    failure: BaseException | None = None
    shares, count = Shares(), _how_many(call)
    for at in range(count):
        numbers = {name: _number(value, at) for name, value in call.given.items()}
        if recorder is not None:
            points.append(_Point(recorder, at))
            call.module[RECORDER] = points[-1]
        try:
            shares.allow_one_of(count - at)
            returned.append(call_entry(call.module, numbers))
        except Unusable:
            raise
        except BaseException as error:  # SystemExit and time that is up as well
            failure = failure or error
            returned.append(locals_of(error, call.module["__file__"], ENTRY))
    scope.update(_stacked(returned))
    if recorder is not None:
        recorder.results.update(_stacked([point.results for point in points]))
        recorder.originals.update(recorder.results)
    if failure is not None:
        raise failure


def _how_many(call: ChildCall) -> int:
    return max(len(value) for value in call.given.values() if torch.is_tensor(value))


def _number(value: Any, at: int) -> Any:
    return value[at].item() if torch.is_tensor(value) else value


def _stacked(scopes: list[dict[str, Any]]) -> dict[str, Any]:
    """By name, a tensor of shape (points,) of its numbers, or the first thing that is not one."""
    names = dict.fromkeys(name for scope in scopes for name in scope)
    return {name: _as_tensor([scope.get(name) for scope in scopes]) for name in names}


def _as_tensor(values: list[Any]) -> Any:
    unfit = [value for value in values if not is_number(value)]
    return unfit[0] if unfit else torch.tensor([as_float(value) for value in values])


def is_number(value: Any) -> bool:
    """A number of Python's or numpy's, or a tensor of one number without dimensions; no bool."""
    if type(value) is torch.Tensor:
        return value.dim() == 0 and value.dtype is not torch.bool and not value.is_complex()
    return isinstance(value, Real) and not isinstance(value, bool)


def as_float(value: Any) -> float:
    try:
        return float(value)
    except OverflowError:  # an int that no float can hold
        return math.inf if value > 0 else -math.inf


class _Point:
    """The recorder, as an instrumented function sees it at one point."""

    Exception: type[BaseException] = builtins.Exception

    def __init__(self, recorder: Recorder, at: int) -> None:
        self.recorder, self.at = recorder, at
        self.results: dict[str, Any] = {}
        self.failed = recorder.failed

    def done(self, key: str, value: Any, line: int) -> Any:
        if key in self.results:
            return value
        self.results[key] = value
        self.recorder.done_at[key] = line
        stand_in = self.recorder.stand_ins.get(key)
        if stand_in is None:
            return value
        self.recorder.clean[key] = self.recorder.handed[key] = stand_in
        return stand_in[self.at].item()

    def moved(self, key: str, value: Any) -> Any:
        stand_in = self.recorder.stand_ins.get(key)
        if stand_in is None or not is_number(value):
            return value
        self.recorder.done_at[key] = 1  # somewhere
        return value + stand_in[self.at].item()

    def check(self, line: int) -> None:
        """A number cannot be written to."""
