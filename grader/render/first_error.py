"""What a report says of the first gradient that is wrong by itself."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from grader.course.exercise import Exercise
from grader.render import told_apart
from grader.render.paragraph import Paragraph, paragraph
from grader.report import GradientReport

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
    yield Text.assemble(
        ("Look first at ", "bold"),
        (first.label, "bold red"),
        f"{_where(first)}: it {_meaning(first)}.",
    )
    yield from _about(first, exercise)


def _meaning(gradient: GradientReport) -> str:
    """A missing one with a diagnosis is written, and does not come back."""
    lost = gradient.verdict == "missing" and gradient.diagnosis is not None
    return "does not come back" if lost else MEANINGS[gradient.verdict]


def _where(gradient: GradientReport) -> str:
    return f" (line {gradient.line})" if gradient.line is not None else ""


def _about(gradient: GradientReport, exercise: Exercise) -> Iterator[Paragraph]:
    for chunk in exercise.chunks_behind(gradient.name):
        yield paragraph(chunk.source, "cyan", indent=2)
    found, numbers = gradient.diagnosis, bool(exercise.points)
    if found is not None:
        yield paragraph(found.message, indent=2)
        if also := found.evidence.get("also_fits"):
            yield paragraph(f"The same numbers would come from: {', '.join(also)}.", indent=2)
    elif gradient.verdict in ("wrong", "wrong_shape"):
        yield paragraph(f"No known mistake fits. {_furthest_off(gradient, numbers)}", indent=2)
    elif gradient.verdict == "missing" and gradient.is_value:
        yield paragraph(exercise.asked_for(gradient.name), indent=2)
    elif gradient.verdict == "missing" and not exercise.points:
        yield paragraph(f"Its shape is {gradient.expected_shape}.", indent=2)
    if gradient.verdict == "wrong" and gradient.approximate:
        yield from (paragraph(why, indent=2) for why in _why_approximate(gradient, numbers))


def _furthest_off(gradient: GradientReport, numbers: bool) -> str:
    if numbers:  # of what is one number to the learner, there is no shape
        worst = gradient.worst
        if worst is None:
            return ""
        yours, due = told_apart(worst["yours"], worst["expected"])
        return f"Where it is furthest off it is {yours}, and should be {due}."
    shape = f"Its shape is {gradient.expected_shape}"
    shape += ", as it should be" if gradient.shape == gradient.expected_shape else ""
    worst = gradient.worst
    if worst is None:
        return f"{shape}."
    at = ", ".join(map(str, worst["index"]))
    yours, due = told_apart(worst["yours"], worst["expected"])
    return f"{shape}; furthest off at [{at}]: yours {yours}, torch's {due}."


def _why_approximate(gradient: GradientReport, numbers: bool) -> Iterator[str]:
    """Why a wrong gradient reads True; nothing where its diagnosis says so already."""
    if gradient.diagnosis is not None and gradient.diagnosis.mistake in SAYS_WHY:
        return
    if gradient.worst is None:  # right whenever the whole function ran
        yield (
            "It reads True only because what is wrong in it comes out as 0 in this network; "
            "with another upstream gradient it does not."
        )
    elif numbers:
        yield "It reads True for the first digits are right; more of them are asked for."
    else:
        yield "It reads True only because float32 is coarse; float64 shows the difference."
