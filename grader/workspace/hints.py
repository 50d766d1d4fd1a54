"""The hint ladder of a gradient: the mistake that was made, the calculus, the shapes.

Derived from the chunks that read the value; written in the course where that is not good
enough. No rung is the answer: a test holds every text against the worked answers.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from grader.course.exercise import Exercise
from grader.course.forward import Chunk
from grader.derive.calculus import PASSING_ON, RULES, UNKNOWN, Step, ways
from grader.derive.shape_recipe import shape_sentences
from grader.derive.shapes import Shape, read_shape, shape_text
from grader.workspace.hint_state import Finding
from grader.workspace.pages import read_page

NUMBERS = ("no", "one", "two", "three", "four", "five", "six")
NO_RULE = "there is no ready rule for this. If one entry changes a little, what changes with it?"
ALIAS = (
    "Take care where a gradient is passed on unchanged: `b = a` does not copy, and whatever is "
    "later added to b in place is added to a as well."
)


@dataclass(frozen=True)
class Rung:
    title: str
    lines: tuple[str, ...]  # paragraphs; two spaces in front for each level


def ladder(exercise: Exercise, name: str, finding: Finding | None = None) -> tuple[Rung, ...]:
    """From the first rung to the last. `finding`: what the last grading said of the gradient."""
    rungs = [] if finding is None or finding.message is None else [_mistake(finding)]
    written = exercise.hints.get(name, ())
    rungs += [Rung("the calculus", (text,)) for text in written]
    if name in exercise.values:  # no gradient, so no chunk tells of it
        asked = Rung("what is asked for", (exercise.asked_for(name),))
        return tuple(rungs if written else [*rungs, asked])
    numbers = exercise.kind.plain_numbers
    uses = [Use.of(exercise, name, chunk) for chunk in reversed(_consumers(exercise, name))]
    if not written:
        rungs.append(Rung("the calculus", tuple(_calculus(name, uses, numbers))))
    if not numbers and all(use.asked_for and use.has_rules for use in uses):
        rungs.append(Rung("the shapes", tuple(_shapes(exercise, name, uses))))
    return tuple(rungs)


@dataclass(frozen=True)
class Use:
    """One chunk that reads the value, and the ways from its result to the value."""

    chunk: Chunk
    ways: tuple[tuple[Step, ...], ...]
    asked_for: bool  # whether the gradient that arrives is one of the exercise's, or given

    @classmethod
    def of(cls, exercise: Exercise, name: str, chunk: Chunk) -> "Use":
        numbers = frozenset(exercise.forward_pass.names) - _tensors(exercise).keys()
        given = f"d{chunk.name}" in exercise.forward_pass.names
        asked_for = given or chunk.name in exercise.gradients or chunk.name == "loss"
        return cls(chunk, tuple(ways(chunk, name, numbers)), asked_for)

    @property
    def has_rules(self) -> bool:
        return bool(self.ways) and all(step.rule != UNKNOWN for way in self.ways for step in way)

    @property
    def passes_on(self) -> bool:
        """Whether the contribution is the upstream gradient itself."""
        return any(all(step.rule in PASSING_ON for step in way) for way in self.ways)

    @property
    def upstream(self) -> str:
        return "1" if self.at_loss else f"d{self.chunk.name}"

    @property
    def at_loss(self) -> bool:
        return self.chunk.name == "loss"


def _consumers(exercise: Exercise, name: str) -> tuple[Chunk, ...]:
    return exercise.forward_pass.consumers[name]


def _tensors(exercise: Exercise) -> dict[str, Shape]:
    """The shape of every value that is a tensor, by name."""
    shapes = {name: read_shape(text) for name, text in exercise.forward_pass.shapes.items()}
    return {name: shape for name, shape in shapes.items() if shape is not None}


def _mistake(finding: Finding) -> Rung:
    """What the learner's own line did, in words, and what to look at."""
    lines = [finding.message or ""]
    if finding.mistake is not None:
        try:
            how = read_page(finding.mistake).part("How to see it")
        except OSError:  # graded by another version, with a mistake that is gone
            how = ""
        lines += [f"How to see it: {how}"] if how else []
        lines.append(f"More about it: grade explain {finding.mistake}")
    return Rung("your line", tuple(lines))


def _calculus(name: str, uses: list[Use], numbers: bool) -> Iterator[str]:
    """`numbers`: whether the values are Python's, which nothing changes in place."""
    if len(uses) > 1:
        count = NUMBERS[len(uses)] if len(uses) < len(NUMBERS) else str(len(uses))
        yield f"{name} is read by {count} chunks: d{name} is the sum of their contributions."
    for use in uses:
        yield f"  {use.chunk.source}"
        yield f"    Upstream gradient: {use.upstream}." + (
            "" if use.asked_for else " It is not asked for: work it out first, by the same rules."
        )
        if len(use.ways) > 1:
            yield f"    {name} appears more than once: work out each use, and add them up."
        for way in use.ways:
            yield from _steps(way, use.chunk)
    if len(uses) > 1 and not numbers and any(use.passes_on for use in uses):
        yield ALIAS


def _steps(way: tuple[Step, ...], chunk: Chunk) -> Iterator[str]:
    if not way:
        yield "    The same value under another name: the upstream gradient is passed on unchanged."
    if len(way) > 1:
        yield "    From the result inwards; each step passes its gradient on to the next one:"
    for number, step in enumerate(way, 1):
        what = f"`{ast.get_source_segment(chunk.expression, step.whole)}`"
        head = f"{number}. {what}: " if len(way) > 1 else ""
        if step.rule == UNKNOWN:
            yield f"    {head}{NO_RULE}"
            continue
        words, (forward, backward) = RULES[step.rule].words, step.formulas
        yield f"    {head}{words if head else words[0].upper() + words[1:]}."
        yield f"    {'   ' if head else '  '}for {forward}: {backward}"


def _shapes(exercise: Exercise, name: str, uses: list[Use]) -> Iterator[str]:
    tensors = _tensors(exercise)
    shape = shape_text(tensors[name])
    yield f"d{name} has the shape of {name}: {shape}."
    for use in uses:
        given = "the number 1" if use.at_loss else f"{use.upstream}, {_shape(use, tensors)}"
        yield f"  {use.chunk.source}"
        yield f"    Upstream gradient: {given}."
        sentences = [
            sentence
            for way in use.ways
            for step in way
            for sentence in shape_sentences(step, use.upstream, tensors)
        ]
        yield from (f"    {sentence}" for sentence in sentences)
        if not sentences:
            yield "    Nothing was broadcast and nothing summed: it works entry by entry."
    if len(uses) > 1:
        yield f"Each contribution has the shape {shape} when it is added."


def _shape(use: Use, tensors: dict[str, Shape]) -> str:
    return shape_text(tensors[use.chunk.name])
