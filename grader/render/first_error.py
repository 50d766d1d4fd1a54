"""What a report says of the first gradient that is wrong by itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import RenderableType
from rich.text import Text

from grader.course.exercise import Exercise
from grader.course.forward import Chunk
from grader.errors import shown
from grader.render import told_apart
from grader.render.paragraph import on_one_line, paragraph
from grader.report import GradientReport, Report, Stopped
from grader.workspace.pages import read_page

MEANINGS = {
    "wrong": "is wrong",
    "wrong_shape": "has the wrong shape",
    "errored": "could not be computed",
    "timeout": "ran out of time",
    "missing": "is not written yet",
}
# Of a line that is not a gradient's, or is not to be there: what it does, and what to do about it.
STOPPED = {
    "raised": (" raises, and writes no gradient.", "Correct that line, or take it out."),
    "timeout": (" did not come to an end in time.", "Is there an endless loop?"),
    "forbidden": (" is not derived by hand.", ""),
}
# Right for the inputs that are shown, or right until something changed it: the diagnosis tells.
SAYS_WHY = ("hard-coded-size", "memorised-numbers", "missing-clone", "forward-value-changed")
NAMED_OTHERWISE = "is written under another name"


@dataclass(frozen=True)
class FirstError:
    """What is said of it, in the order in which it is said."""

    opening: str  # "First error: "
    label: str
    rest: str  # ", line 24, is wrong."
    chunks: tuple[str, ...]  # the forward pass's, to be differentiated
    yours: str  # the text of a notebook's line; "" of a file's
    sentences: tuple[str, ...]


def told(first: GradientReport, exercise: Exercise) -> FirstError | None:
    """None where it was not derived by hand: the report's error has the line of that."""
    if first.verdict == "forbidden":
        return None
    return FirstError(
        "First missing: " if _unwritten(first) else "First error: ",
        first.label,
        f"{in_method(first, exercise)}{_where(first)} {_meaning(first)}.",
        tuple(chunk.source for chunk in _chunks(first, exercise)),
        "" if first.place is None or _unwritten(first) else first.place.source,
        tuple(_sentences(first, exercise)),
    )


def _chunks(first: GradientReport, exercise: Exercise) -> tuple[Chunk, ...]:
    """What is not written yet is shown as in its stub; of what is wrong, every use."""
    if _unwritten(first) and first.name in exercise.forward_pass.consumers:
        return exercise.chunks_asked(first.name)
    return exercise.chunks_behind(first.name)


def first_told(report: Report, exercise: Exercise) -> FirstError | None:
    """Of the first own error, or of a line before it that ended the code."""
    stopped, first = report.stopped_first, report.first_own_error
    if stopped is not None:
        rest, advice = STOPPED[stopped.how]
        advised = (advice,) if advice else ()
        return FirstError("First error: ", stopped.where, rest, (), stopped.text, advised)
    return None if first is None else told(first, exercise)


def first_error(report: Report, exercise: Exercise) -> Iterator[RenderableType]:
    said = first_told(report, exercise)
    if said is None:
        return
    yield Text.assemble((said.opening, "bold"), (said.label, "bold red"), said.rest)
    if place := _place(report):
        yield place
    yield from (paragraph(chunk, "cyan", indent=2) for chunk in said.chunks)
    if said.yours:
        yield paragraph(f"Yours: {said.yours}", indent=2)
    yield from (paragraph(sentence, indent=2) for sentence in said.sentences)


def _place(report: Report) -> RenderableType | None:
    """`exercises/exercise1.py:26:`, which terminals and editors take for a link to the line."""
    wrong: Stopped | GradientReport | None = report.stopped_first or report.first_own_error
    if wrong is None or wrong.line is None or wrong.place is not None:
        return None  # in a notebook, no file has that line
    return on_one_line(f"  {shown(Path(report.submission))}:{wrong.line}:", "dim")


def _unwritten(gradient: GradientReport) -> bool:
    return gradient.verdict == "missing" and gradient.diagnosis is None


def _meaning(gradient: GradientReport) -> str:
    """A missing one with a diagnosis is written, but not returned as what it is."""
    found = gradient.diagnosis
    if found is None or gradient.verdict != "missing":
        return MEANINGS[gradient.verdict]
    return NAMED_OTHERWISE if found.mistake == "d-left-out" else "is not returned"


def in_method(gradient: GradientReport, exercise: Exercise) -> str:
    """' (self.grad in __add__)': of classes, what the learner sees of it in the file."""
    if gradient.shown_as is not None:
        return ""
    name, _, target = exercise.written_in.get(gradient.name, "").partition(":")
    if not target:
        return f" ({name})" if name else ""
    if name == gradient.label:
        return ""
    inner = name.removesuffix("._backward")  # Value.__add__._backward
    method = name if inner == name else inner.rpartition(".")[2]
    return f" ({'the result of' if target == 'return' else f'{target} in'} {method})"


def _where(gradient: GradientReport) -> str:
    if gradient.place is not None:
        return f", {gradient.place},"
    return f", line {gradient.line}," if gradient.line is not None else ""


def _sentences(gradient: GradientReport, exercise: Exercise) -> Iterator[str]:
    found, numbers = gradient.diagnosis, exercise.kind.plain_numbers
    if found is not None:
        yield found.message
        if also := found.evidence.get("also_fits"):
            yield from map(_also, also)
    elif gradient.verdict in ("wrong", "wrong_shape"):
        yield f"This matches no known mistake. {_furthest_off(gradient, numbers)}"
    elif gradient.verdict == "missing" and gradient.is_value:
        yield exercise.asked_for(gradient.name)
    elif gradient.verdict == "missing" and not exercise.kind.plain_numbers:
        yield f"Its shape is {gradient.expected_shape}."
    if gradient.verdict == "wrong" and gradient.approximate:
        yield from _why_approximate(gradient, numbers)


def _also(mistake: str) -> str:
    """Another mistake that gives the same numbers, by the first line of its page."""
    return f"It could also be another mistake ({mistake}): {read_page(mistake).summary}"


def _furthest_off(gradient: GradientReport, numbers: bool) -> str:
    if numbers:  # of what is one number to the learner, there is no shape
        worst = gradient.worst
        if worst is None:
            return ""
        yours, expected = told_apart(worst["yours"], worst["expected"])
        return f"Where it is furthest off: yours {yours}, expected {expected}."
    right = gradient.shape == gradient.expected_shape
    shape = f"Its shape {'is right' if right else 'should be'}, {gradient.expected_shape}"
    worst = gradient.worst
    if worst is None:
        return f"{shape}."
    at = ", ".join(map(str, worst["index"]))
    yours, expected = told_apart(worst["yours"], worst["expected"])
    return f"{shape}; furthest off at [{at}]: yours {yours}, expected {expected}."


def _why_approximate(gradient: GradientReport, numbers: bool) -> Iterator[str]:
    """Why a wrong gradient says True; nothing where its diagnosis says so already."""
    if gradient.diagnosis is not None and gradient.diagnosis.mistake in SAYS_WHY:
        return
    if gradient.worst is None:  # right whenever the whole function ran
        yield (
            "The columns say True only because the error happens to be 0 in this network; "
            "with another upstream gradient it is not."
        )
    elif numbers:
        yield "It says True because the first digits are right; more digits are required here."
    else:
        yield "It says True only because float32 is coarse; float64 shows the difference."
