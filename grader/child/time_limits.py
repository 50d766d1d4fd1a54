"""How long one call of the learner's code may take, by the clock and in processor time.

Runs in the child. The grader has a clock of its own, for code that no alarm ends.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

# What stands before an endless loop takes some milliseconds of processor time, however busy
# the machine is; a loop that sleeps uses none, so that it is the clock that ends it.
LATER_CLOCK, LATER_CPU = 0.5, 0.15  # seconds
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


def time_left() -> tuple[float, ...]:
    """Of each limit; 0 where it is not set."""
    return tuple(signal.getitimer(timer)[0] for timer in TIMERS)


def allow(left: tuple[float, ...], parts: int) -> None:
    """From here on, one of so many equal parts of what was left."""
    _set(tuple(seconds / parts for seconds in left))


def _set(seconds: tuple[float, ...]) -> None:
    for timer, value in zip(TIMERS, seconds, strict=True):
        signal.setitimer(timer, value)


def _ring(*_: object) -> None:
    raise OutOfTime
