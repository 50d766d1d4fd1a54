"""The worked answers as text, and rewrites of single lines of them."""

from pathlib import Path

SOLUTIONS = Path(__file__).parent.parent / "solutions"

Rewrite = tuple[str, str]


def worked(exercise: str) -> str:
    return (SOLUTIONS / f"{exercise}.py").read_text(encoding="utf-8")


def rewritten(exercise: str, *rewrites: Rewrite) -> str:
    """The worked answer with each first text, which must occur once, replaced by the second."""
    source = worked(exercise)
    for old, new in rewrites:
        assert source.count(old) == 1, f"{old!r} occurs {source.count(old)} times in {exercise}"
        source = source.replace(old, new)
    return source


def line_of(source: str, text: str) -> int:
    """The number of the one line of `source` that holds `text`."""
    (number,) = [number for number, line in enumerate(source.split("\n"), 1) if text in line]
    return number


def of_order() -> str:
    """The body of warmup2's Value.backward, which only decides the order."""
    source = worked("warmup2")
    return source[source.index("        ordered, seen = ") :]
