"""What ends a training run early: the learner's Ctrl-C, or a step that cannot be taken."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from grader.process.answer import Ended
from grader.render.messages import ended_sentence, raised_sentence
from grader.train.run import Step


@contextmanager
def first_interrupt() -> Iterator[Callable[[], bool]]:
    """The first Ctrl-C is only noted, so that a step is finished; the next one is Python's."""
    noted = False

    def note(number: int, frame: FrameType | None) -> None:
        nonlocal noted
        noted = True
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield lambda: noted
    finally:
        signal.signal(signal.SIGINT, before)


def why_not_taken(step: Step) -> str:
    """', line 12: ValueError: ...' or ': dW1 is not finite.', to follow the file's name."""
    answer, unfit = step.answer, step.unfit
    if isinstance(answer, Ended):
        return f": {ended_sentence(answer)}"
    if answer.unusable is not None:
        return f": {answer.unusable}"
    if answer.raised is not None:
        return f", {raised_sentence(answer.raised)}"
    assert unfit is not None
    due = tuple(step.parameters[unfit.name].shape)
    if unfit.how == "not_finite":
        return f": d{unfit.name} is not finite, or takes {unfit.name} beyond all numbers."
    if unfit.name in answer.kinds:
        return f": d{unfit.name} is {answer.kinds[unfit.name]}; a tensor of shape {due} was due."
    if unfit.how == "missing":
        return f": d{unfit.name} is missing."
    given = answer.gradients[unfit.name]
    return (
        f": d{unfit.name} has shape {tuple(given.shape)} and dtype {given.dtype}; "
        f"{due} and a floating one were due."
    )
