"""Sentences about how the code of a submission ran, for reports."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from grader.course.exercise import Exercise
from grader.errors import did_you_mean, printable
from grader.judge.measured import Sign
from grader.judge.missing import Stop
from grader.process.sandbox.plan import GIB, MEMORY
from grader.protocol.messages import Answer, Ended, Raised
from grader.report import Flag
from grader.rows import gradient_key
from grader.syntax.gradients import ENTRY
from grader.syntax.slips import slips
from grader.syntax.submission import Submission

SLIPS = {
    "key": "line {line} returns `{value}`, and `{key}` is not returned: the key of a gradient "
    "starts with d.",
    "assigned": "line {line} assigns `{value}`, and nothing assigns `{key}`: was `{key}` meant?",
    "grad": "line {line} reads `{value}.grad`, which is always None here: forward values are plain "
    "tensors, without a graph. Write `{key}`, the gradient that you derived.",
}
MOST_SLIPS = 3  # what is wrong with one is wrong with all

ENDINGS = {
    "timeout": "out of time ({}). Is there an endless loop? --timeout, or the policy of a "
    "class, allows more time.",
    "exited": "the code ended its own process ({}) instead of returning.",
    "signal": "the process that ran the code was killed by {}.",
    "cut_off": "the code closed its connection to the grader, or was killed ({}).",
    "too_large": "the answer is larger than any gradients can be ({}).",
    "cpu": "the code used more than {} of processor time. Is there an endless loop?",
    "refused": "the sandbox killed the process that ran the code, for a system call that Python "
    "never makes ({}).",
    "flooded": "the code printed more than {}.",
    "garbled": "garbled: what came of it could not be read ({}).",
}

NO_TERMINAL = {
    "BdbQuit": "`breakpoint()` needs a terminal, and the code runs in a sandbox without one; "
    "use `print` instead.",
    "EOFError": "`input()` needs a keyboard, and the code runs in a sandbox without one.",
}

# By Forbidden.why.
FORBIDDEN = {
    "autodiff": "{} is automatic differentiation; here gradients are derived by hand.",
    "backward": "{} is automatic differentiation; here gradients are derived by hand. Take the "
    "line out: the grader compares with PyTorch's gradients by itself.",
    "blind": "{} switches off what looks for automatic differentiation.",
    "import": "the module {} is more than a derivation by hand needs.",
    "star": "`{}` does not say which names it brings; import them one by one.",
    "in_class": "{} is imported inside a class; import it at the head of the file.",
    "attribute": "`{}` is not among the functions of a derivation by hand.",
    "underscore": "`{}`: names that begin with an underscore belong to Python and to torch.",
    "reserved": "`{}` means something to Python or torch; choose another name for your own.",
    "assigned": "`{}` is torch's or Python's own, and is not to be assigned to.",
    "module": "the module {} is handed around; use it by its name, or by another one for it.",
    "class": "`{}` is handed around; it is for calls, annotations and isinstance.",
    "tangled": "`.{}` belongs to a name that stands for too many things to follow.",
    "builtin": "`{}` is more than a derivation by hand needs.",
    "setattr": "`{}` is for a name that is written out: `setattr(x, 'grad', value)`.",
    "hasattr": "`{}` is for a name that is written out: `hasattr(x, 'grad')`.",
    "locals": "`locals()` is for the inside of a function, and where that imports something for "
    "its `return` alone, if nothing else calls it.",
    "vars": "`vars` is for a last line `return vars(g)`, in a function that nothing else calls.",
    "type": "`{}(x)` may be compared or printed; it makes no classes.",
    "decorator": "`{}`: decorators are @property, @staticmethod, @classmethod and @dataclass.",
    "metaclass": "`{}` after the name of a class changes what a class is.",
    "base": "a class may build on classes of the same file and on torch.nn.Module, not on `{}`.",
    "async": "`{}` is for programs that wait; write a plain `def`.",
}
SAID_IN_FULL = (
    "autodiff",
    "backward",
    "blind",
    "setattr",
    "hasattr",
    "locals",
    "vars",
    "type",
    "async",
)

# By Sign.how: derivatives by differences, which a teacher may want to look at.
MEASURED = {
    "inexact": "`{key}` is right, and not as exact as a formula makes it (relative error {what}): "
    "it looks measured by differences, or rounded.",
    "shifted": "line {line} asks `{what}` at points a small step apart, as differences do.",
    "long": "line {line} works with whole numbers of more digits than a float has, as differences "
    "do that want to be exact.",
    "complex": "line {line} works with complex numbers, as a derivative by a complex step does.",
}

OUTGROWN = "the loss is no longer finite."


def ended_sentence(ended: Ended) -> str:
    return ENDINGS[ended.how].format(ended.detail)


def raised_sentence(raised: Raised) -> str:
    """'line 24: RuntimeError: ... (dprobs (32, 27), counts (32, 1))'"""
    where = f"line {raised.line}: " if raised.line else ""
    if raised.out_of_time:
        more = "--timeout, or the policy of a class, allows more time."
        return f"{where}still running when its time was up; {more}"
    if raised.type == "SystemExit":
        return f"{where}the code called sys.exit() instead of returning its gradients."
    if raised.type in NO_TERMINAL:
        return where + NO_TERMINAL[raised.type]
    said = " ".join(raised.message.split())
    shapes = ", ".join(f"{name} {shape}" for name, shape in raised.shapes.items())
    said = where + ": ".join(filter(None, (raised.type, said))) + _limit(raised)
    return said + (f" ({shapes})" if shapes else "")


NAMED = re.compile(r"'([^\W\d]\w*)'")
GUESS = "; did you mean "


def _without_guess(raised: Raised) -> Raised:
    return replace(raised, message=raised.message.partition(GUESS)[0])


def next_step(raised: Raised, submission: Submission, exercise: Exercise) -> str:
    """What to do about an exception, where Python's own words do not say it; "" otherwise."""
    found, said = NAMED.search(raised.message), raised.message
    name = found[1] if found else ""
    keys, guess = [row.key for row in exercise.rows], said.partition(GUESS)[2].rstrip("?")
    if raised.type == "UnboundLocalError":
        return f"This line reads `{name}` before any line above has set it."
    if raised.type == "NameError" and name == "cmp":
        return "Take the line out: what the lecture's cmp says stands in the table."
    if raised.type == "NameError" and name in keys and guess in ("", *keys):
        return f"No line above sets `{name}`."
    if raised.type == "NameError" and name in exercise.forward_pass.names:
        return f"It is a value of the forward pass: name it among the parameters of `{ENTRY}`."
    if "bitwise_xor" in said or "for ^: " in said:
        return "A power is written `**` in Python; `^` is another operation."
    return ""


def _limit(raised: Raised) -> str:
    """What the sandbox has to do with an exception, to follow its text."""
    if raised.type == "PermissionError":
        return " (the code runs in a sandbox: no files, no network, no other programs)"
    if raised.type == "ModuleNotFoundError":
        return " (not installed in the Python that runs `grade`)"
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
        return f": d{name} is not finite, or makes {name} overflow."
    if name in answer.kinds:
        return f": d{name} is {answer.kinds[name]}; expected a tensor of shape {shape}."
    if how == "missing":
        return f": d{name} is missing."
    given = answer.gradients[name]
    return (
        f": d{name} has shape {tuple(given.shape)} and dtype {given.dtype}; "
        f"expected {shape} and a floating-point dtype."
    )


def stop_sentence(stop: Stop, submission: Submission, exercise: Exercise) -> str:
    """What kept the code from running to its end, and what to do about it."""
    if stop.problem is not None:
        return stop.problem
    path = submission.path
    if stop.forbidden is not None:
        line, what, why = stop.forbidden
        where = f"{path}, line {line}" if line else str(path)
        more = "" if why in SAID_IN_FULL else " `grade dialect` lists what may be used."
        return f"{where}: {FORBIDDEN[why].format(printable(what, 80))}{more}"
    if stop.ended is not None:
        return f"{path}: {ended_sentence(stop.ended)}"
    if stop.raised is not None:
        unwritten = _unwritten_on(submission, stop.raised.line)
        advice = f"{unwritten[0]} is not written yet." if unwritten else ""
        if not advice:
            advice = next_step(stop.raised, submission, exercise)
        said = raised_sentence(_without_guess(stop.raised) if advice else stop.raised)
        joint = ". " if advice and not said.endswith((".", "?")) else " "
        return f"{path}, {said}{joint}{advice}".rstrip()
    if not submission.source.strip():
        return f"{path}: the file is empty."
    return f"{path}: {stop.unusable}"


def _slips(exercise: Exercise, submission: Submission, answer: Answer) -> Iterator[Flag]:
    """What is written instead of a gradient that did not come."""
    if exercise.kind.in_methods or submission.problem is not None:
        return
    given = answer.gradients.keys() | answer.kinds.keys()
    missing = [name for name in exercise.gradients if name not in given | exercise.values.keys()]
    for slip in slips(submission.tree, exercise.forward_pass.names, missing):
        key = gradient_key(slip.value)
        if slip.how == "assigned" and key in submission.lines:
            continue  # a forward value worked out once more
        said = SLIPS[slip.how].format(line=slip.line, value=slip.value, key=key)
        yield Flag(f"slip-{slip.how}", said[0].upper() + said[1:])


def _unwritten_on(submission: Submission, line: int | None) -> list[str]:
    """Gradients that the line reads and that are None so far."""
    lines = submission.source.split("\n")
    text = lines[line - 1] if line and line <= len(lines) else ""
    _, _, read = text.partition("=")
    names = dict.fromkeys(re.findall(r"\bd\w+", read))
    return [key for key in names if key in submission.lines and key not in submission.attempted]


def measured_flags(exercise: Exercise, signs: Iterable[Sign]) -> Iterator[Flag]:
    for sign in signs:
        key = exercise.key(sign.row) if sign.row else ""
        said = MEASURED[sign.how].format(key=key, line=sign.line, what=sign.what)
        yield Flag("looks-measured", said[0].upper() + said[1:])


def flags_of(
    exercise: Exercise,
    submission: Submission,
    answer: Answer | Ended,
    judged_in_chain: Sequence[str],
) -> Iterator[Flag]:
    """What is worth knowing about a grading, and decides nothing.

    `answer`: the lecture's view. `judged_in_chain`: the gradients not judged line by line.
    """
    if isinstance(answer, Ended):
        return
    yield from islice(_slips(exercise, submission, answer), MOST_SLIPS)
    for name in answer.changed:
        what = f"`{name}` was changed in place; make a copy before you write to it."
        yield Flag("forward-value-changed", what)
    keys = [row.key for row in exercise.rows]
    for row in exercise.rows:
        if row.name in answer.gradients or row.name in answer.kinds or answer.raised is not None:
            continue
        others = (other for other in answer.others if other not in keys)
        # A value in between, with another first letter, is not a slip of the pen.
        near = did_you_mean(row.key, [at for at in others if at[:1].lower() == row.key[0]])
        if near != ".":
            yield Flag("unknown-key", f"`{row.key}` was not returned{near}")
    if judged_in_chain:
        what = ", ".join(map(exercise.key, judged_in_chain))
        why = "as the code runs, not line by line; in this form a line cannot be run on its own."
        yield Flag("judged-in-chain", f"{what}: judged {why}")
