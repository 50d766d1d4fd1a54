"""How long one call of the learner's code may take, by the clock and in processor time.

Runs in the child. The grader has a clock of its own, for code that no alarm ends.
"""

import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

# What stands before an endless loop takes some milliseconds of processor time, however busy
# the machine is; a loop that sleeps uses none, so that it is the clock that ends it.
LATER_CLOCK, LATER_CPU = 0.5, 0.08  # seconds
SHORTEST = 1e-3  # of what is shared by parts: no time at all would be no limit
TIMERS = (signal.ITIMER_REAL, signal.ITIMER_PROF)


class OutOfTime(BaseException):
    """Raised by the alarm inside the learner's code; no `except Exception` catches it."""


@dataclass(frozen=True)
class TimeLimits:
    """In seconds; 0 is none."""

    clock: float
    cpu: float = 0.0

    def after_a_timeout(self) -> "TimeLimits":
        """One long wait is enough."""
        return TimeLimits(min(self.clock, LATER_CLOCK), LATER_CPU)


@contextmanager
def alarm(limits: TimeLimits) -> Iterator[None]:
    """Raises OutOfTime inside the code that runs when a limit is reached."""
    for number in (signal.SIGALRM, signal.SIGPROF):
        signal.signal(number, _ring)
    _set((limits.clock, limits.cpu))
    try:
        yield
    finally:
        _set((0.0, 0.0))


class Shares:
    """What is left of a call's time, to be shared by its parts. What one does not use, by the
    clock or in processor time, is there for those after it."""

    def __init__(self) -> None:
        self._left = [signal.getitimer(timer)[0] for timer in TIMERS]  # 0: not set
        self._begun = self._spent()

    def allow_one_of(self, parts: int) -> None:
        """From here on, until the next call, one of so many equal parts of what is left."""
        spent = zip(self._left, self._spent(), self._begun, strict=True)
        _set([left and max(left - now + begun, SHORTEST) / parts for left, now, begun in spent])

    @staticmethod
    def _spent() -> tuple[float, float]:
        return time.monotonic(), time.process_time()


def _set(seconds: Sequence[float]) -> None:
    for timer, value in zip(TIMERS, seconds, strict=True):
        signal.setitimer(timer, value)


def _ring(*_: object) -> None:
    raise OutOfTime
