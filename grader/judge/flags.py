"""What is worth knowing about a grading, and decides nothing."""

from collections.abc import Iterator, Sequence

from grader.course.exercise import Exercise
from grader.errors import did_you_mean
from grader.process.answer import Answer, Ended
from grader.report import Flag


def flags_of(exercise: Exercise, answer: Answer | Ended, in_chain: Sequence[str]) -> Iterator[Flag]:
    """`answer`: the lecture's view. `in_chain`: the gradients not judged line by line."""
    if isinstance(answer, Ended):
        return
    for name in answer.changed:
        yield Flag(
            "forward-value-changed", f"`{name}` was changed in place; copy before you write."
        )
    keys = [exercise.key(name) for name in exercise.gradients]
    for name in exercise.gradients:
        if name in answer.gradients or name in answer.kinds or answer.raised is not None:
            continue
        key = exercise.key(name)
        others = (other for other in answer.others if other not in keys)
        # A value in between, with another first letter, is no slip of the pen.
        near = did_you_mean(key, [other for other in others if other[:1].lower() == key[0]])
        if near != ".":
            yield Flag("unknown-key", f"`{key}` was not returned{near}")
    if in_chain:
        what = ", ".join(map(exercise.key, in_chain))
        why = "as the code runs, not line by line: in this form a line cannot be run on its own."
        yield Flag("judged-in-chain", f"{what}: judged {why}")
