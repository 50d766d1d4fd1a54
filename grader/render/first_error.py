"""What a report says of the first gradient that is wrong by itself."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from grader.course.exercise import Exercise
from grader.render import told_apart
from grader.render.paragraph import Paragraph, paragraph
from grader.report import GradientReport
from grader.workspace.pages import read_page

MEANINGS = {
    "wrong": "is wrong",
    "wrong_shape": "has the wrong shape",
    "errored": "could not be computed",
    "timeout": "ran out of time",
    "missing": "is not written yet",
}
# Right for the inputs that are shown, or right until something changed it: the diagnosis tells.
SAYS_WHY = ("hard-coded-size", "memorised-numbers", "missing-clone", "forward-value-changed")


def first_error(first: GradientReport, exercise: Exercise) -> Iterator[RenderableType]:
    """Nothing where it was not derived by hand: the error has the line of that."""
    if first.verdict == "forbidden":
        return
    opening = "First missing: " if first.verdict == "missing" else "First error: "
    yield Text.assemble(
        (opening, "bold"), (first.label, "bold red"), f"{_where(first)} {_meaning(first)}."
    )
    yield from _about(first, exercise)


def _meaning(gradient: GradientReport) -> str:
    """A missing one with a diagnosis is written, but not returned."""
    lost = gradient.verdict == "missing" and gradient.diagnosis is not None
    return "is not returned" if lost else MEANINGS[gradient.verdict]


def _where(gradient: GradientReport) -> str:
    if gradient.place is not None:
        return f", {gradient.place},"
    return f", line {gradient.line}," if gradient.line is not None else ""


def _about(gradient: GradientReport, exercise: Exercise) -> Iterator[Paragraph]:
    for chunk in exercise.chunks_behind(gradient.name):
        yield paragraph(chunk.source, "cyan", indent=2)
    if gradient.place is not None:
        yield paragraph(f"Yours: {gradient.place.source}", indent=2)
    found, numbers = gradient.diagnosis, exercise.kind.plain_numbers
    if found is not None:
        yield paragraph(found.message, indent=2)
        if also := found.evidence.get("also_fits"):
            yield from (paragraph(_also(mistake), indent=2) for mistake in also)
    elif gradient.verdict in ("wrong", "wrong_shape"):
        yield paragraph(
            f"This matches no known mistake. {_furthest_off(gradient, numbers)}", indent=2
        )
    elif gradient.verdict == "missing" and gradient.is_value:
        yield paragraph(exercise.asked_for(gradient.name), indent=2)
    elif gradient.verdict == "missing" and not exercise.kind.plain_numbers:
        yield paragraph(f"Its shape is {gradient.expected_shape}.", indent=2)
    if gradient.verdict == "wrong" and gradient.approximate:
        yield from (paragraph(why, indent=2) for why in _why_approximate(gradient, numbers))


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
