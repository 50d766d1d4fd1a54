"""Right and wrong forms of the worked answers, as data: what learners write.

right/EXERCISE.txt and wrong/EXERCISE.txt hold a form after another:

    == its name
    first: counts wrong sign-flipped
    at: dcounts = -counts_sum_inv * dprobs
    -    dcounts = counts_sum_inv * dprobs
    +    dcounts = -counts_sum_inv * dprobs

Lines with - are lines of the worked answer, which stand there once; those with + take their place.
Comments of the worked answer are left out first, so that they may be worded anew.
A line @ parts two places, where the first loses lines only.
A form that has little of the worked answer is a file of its own, whole/EXERCISE, its name.py.

Of a wrong form, `first` is its first error: gradient, verdict, mistake (? where the grader does
not say which); `at` is the line that is shown for it; `own` is every gradient with an error of its
own, where there are several. `flags` are those of the report. A right form has none of these but
`flags`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.worked import worked

HERE = Path(__file__).parent
SIGNS = "-+@"


@dataclass(frozen=True)
class Form:
    exercise: str
    name: str
    source: str
    flags: tuple[str, ...] = ()
    gradient: str = ""  # of the first error; "" for a right form
    verdict: str = ""
    mistake: str | None = None
    at: str = ""
    own: tuple[str, ...] = ()

    @property
    def lines(self) -> list[int]:
        """In `source`: where the first error may be shown, each with the same text."""
        numbered = enumerate(self.source.split("\n"), 1)
        return [number for number, text in numbered if text.strip() == self.at]


@cache
def right_forms() -> tuple[Form, ...]:
    found = [form for path in sorted((HERE / "right").glob("*.txt")) for form in _forms(path)]
    for path in sorted((HERE / "whole").glob("*.py")):
        exercise, name = path.stem.split(", ", 1)
        source = path.read_text(encoding="utf-8")
        flags = source.partition("\n# flags: ")[2].partition("\n")[0]
        found.append(Form(exercise, name, source, tuple(flags.split())))
    return tuple(found)


@cache
def wrong_forms() -> tuple[Form, ...]:
    return tuple(form for path in sorted((HERE / "wrong").glob("*.txt")) for form in _forms(path))


def _forms(path: Path) -> Iterator[Form]:
    _, *blocks = ("\n" + path.read_text(encoding="utf-8")).split("\n== ")
    for block in blocks:
        name, *lines = block.rstrip("\n").split("\n")
        said = dict(line.split(": ", 1) for line in lines if line[0] not in SIGNS)
        gradient, verdict, mistake = said.get("first", "  ").split(" ")
        changed = [line for line in lines if line[0] in SIGNS]
        yield Form(
            exercise=path.stem,
            name=name,
            source=_changed(code_of(path.stem), changed, f"{path.stem}, {name}"),
            flags=tuple(said.get("flags", "").split()),
            gradient=gradient,
            verdict=verdict,
            mistake=None if mistake in ("", "?") else mistake,
            at=said.get("at", ""),
            own=tuple(said.get("own", gradient).split()),
        )


@cache
def code_of(exercise: str) -> str:
    """The worked answer without lines that are nothing but a comment."""
    lines = worked(exercise).split("\n")
    return "\n".join(line for line in lines if not line.lstrip().startswith("#"))


def _changed(source: str, changes: Sequence[str], form: str) -> str:
    """Raises ValueError for lines that the worked answer does not hold exactly once."""
    whole, places = f"\n{source}\n", []
    for old, new in _pieces(changes):
        if whole.count(f"\n{old}\n") != 1:
            raise ValueError(f"{form}: these lines do not stand there exactly once:\n{old}")
        places.append((whole.index(f"\n{old}\n") + 1, old, new))
    for start, old, new in sorted(places, reverse=True):
        whole = whole[:start] + new + whole[start + len(old) + (not new) :]
    return whole[1:-1]


def _pieces(changes: Sequence[str]) -> Iterator[tuple[str, str]]:
    """(lines of the worked answer, the lines in their place; "" for none)."""
    old: list[str] = []
    new: list[str] = []
    for sign, text in [(line[0], line[1:]) for line in changes] + [("@", "")]:
        if old and (sign == "@" or (sign == "-" and new)):
            yield "\n".join(old), "\n".join(new)
            old, new = [], []
        if sign != "@":
            (old if sign == "-" else new).append(text)
