"""Sentences about a child that raised or ended, for reports."""

from grader.process.answer import Answer, Ended, Raised
from grader.process.sandbox.plan import GIB, MEMORY

ENDINGS = {
    "timeout": "out of time ({}); is there a loop that does not end? --timeout gives it longer.",
    "exited": "the code ended its own process ({}) instead of returning.",
    "signal": "the process that ran the code was ended by {}.",
    "cut_off": "the code closed its connection to the grader, or was killed ({}).",
    "too_large": "more came back than gradients can hold ({}).",
    "cpu": "the code used more than {} of processor time; is there a loop that does not end?",
    "refused": "the sandbox ended the process that ran the code, for a system call that no "
    "Python makes ({}).",
    "flooded": "the code printed more than {}.",
    "garbled": "what came back could not be read ({}).",
}

OUTGROWN = "the network has outgrown its numbers, its loss is not finite."


def ended_sentence(ended: Ended) -> str:
    return ENDINGS[ended.how].format(ended.detail)


def raised_sentence(raised: Raised) -> str:
    """'line 24: RuntimeError: ... (dprobs (32, 27), counts (32, 1))'"""
    where = f"line {raised.line}: " if raised.line else ""
    if raised.out_of_time:
        return f"{where}still running when its time was up; --timeout gives it longer."
    if raised.type == "SystemExit":
        return f"{where}the code called sys.exit() instead of returning its gradients."
    said = " ".join(raised.message.split())
    shapes = ", ".join(f"{name} {shape}" for name, shape in raised.shapes.items())
    said = where + ": ".join(filter(None, (raised.type, said))) + _limit(raised)
    return said + (f" ({shapes})" if shapes else "")


def _limit(raised: Raised) -> str:
    """What the sandbox has to do with an exception, to follow its text."""
    if raised.type == "PermissionError":
        return " (the code runs in a sandbox: no files, no network, no other programs)"
    if raised.type == "ModuleNotFoundError":
        return " (it is not installed where `grade` is)"
    if raised.type == "MemoryError" or "can't allocate memory" in raised.message:
        return f" (the sandbox gives {MEMORY // GIB} GiB of memory)"
    return ""


def no_step_sentence(answer: Answer | Ended, name: str, how: str, shape: tuple[int, ...]) -> str:
    """', line 12: ValueError: ...' or ': dW1 is missing.', to follow the file's name.

    `name`: the parameter, of this shape, whose gradient no step can be taken with, and `how`:
    "missing", "misshapen" or "not_finite". Both are empty where the call itself failed.
    """
    if isinstance(answer, Ended):
        return f": {ended_sentence(answer)}"
    if answer.unusable is not None:
        return f": {answer.unusable}"
    if answer.raised is not None:
        return f", {raised_sentence(answer.raised)}"
    if how == "not_finite":
        return f": d{name} is not finite, or takes {name} beyond all numbers."
    if name in answer.kinds:
        return f": d{name} is {answer.kinds[name]}; expected a tensor of shape {shape}."
    if how == "missing":
        return f": d{name} is missing."
    given = answer.gradients[name]
    return (
        f": d{name} has shape {tuple(given.shape)} and dtype {given.dtype}; "
        f"expected {shape} and a floating-point dtype."
    )
