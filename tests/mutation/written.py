"""How a written mutant or rewrite is given: pieces of the worked answer's text, replaced."""

from dataclasses import dataclass

from .syntax import Edit, WorkedAnswer

# Right as a whole, though they do not read the upstream of their chunk.
AS_A_WHOLE = ("rewrite: closed form", "rewrite: a gradient that is the same")


@dataclass(frozen=True)
class Written:
    exercise: str
    label: str
    gradient: str  # the own error; "" for a rewrite
    pieces: tuple[tuple[str, str], ...]  # (text of the worked answer, what stands there instead)
    mistakes: frozenset[str] = frozenset()
    also: frozenset[str] = frozenset()  # other gradients that may be named instead

    def edits(self, answer: WorkedAnswer) -> tuple[Edit, ...]:
        """Raises ValueError for a piece that the worked answer has not exactly once."""
        found = []
        for old, new in self.pieces:
            if answer.source.count(old) != 1:
                raise ValueError(f"{self.label}: {old!r} is not there exactly once")
            start = answer.source.index(old)
            found.append(Edit(start, start + len(old), new))
        return tuple(found)


def mistake(
    exercise: str, gradient: str, old: str, new: str, *mistakes: str, also: tuple[str, ...] = ()
) -> Written:
    """One piece replaced; the first id labels it."""
    label = f"written: {mistakes[0]}"
    return Written(exercise, label, gradient, ((old, new),), frozenset(mistakes), frozenset(also))


def rewrite(exercise: str, label: str, *pieces: tuple[str, str]) -> Written:
    return Written(exercise, f"rewrite: {label}", "", pieces)
