"""Views of a report: pure functions from a report to something a reader or a program takes."""


def told_apart(one: float, other: float) -> tuple[str, str]:
    """Two numbers with as many digits as it takes to see that they differ."""
    short = f"{one:.6g}", f"{other:.6g}"
    return short if short[0] != short[1] else (f"{one:.17g}", f"{other:.17g}")
