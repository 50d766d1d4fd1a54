"""Measured slopes and derivatives of numbers: what goes wrong, and in what forms they are right."""

from collections.abc import Iterator

from .written import Written, mistake, rewrite

NAME = "warmup1"
STEP = "    h = 1e-5\n"
ENDS = """\
    above = 3 * (x + h) ** 2 - 4 * (x + h) + 5
    below = 3 * (x - h) ** 2 - 4 * (x - h) + 5
"""
SLOPE = "    slope = (above - below) / (2 * h)\n"
PARTIALS = """\
    slope_a = ((a + h) * b + c - d) / h
    slope_b = (a * (b + h) + c - d) / h
    slope_c = (a * b + (c + h) - d) / h
"""
CURVE = "    dcurve = -dratio * d / curve**2 + dtotal\n"
DB = "    db = dd * a - dsquashed * (1 - squashed**2)\n"
_HEAD = "from math import cos\n"
_F = "\n\ndef f(x):\n    return 3 * x**2 - 4 * x + 5\n"


def numbers_mistakes() -> Iterator[Written]:
    large = ("1.0", "0.5", "0.1", "0.03", "0.01", "0.001", "1e-4")
    small = ("1e-11", "3e-12", "1e-13", "1e-14", "1e-15", "1e-16", "1e-18")
    for step in (*large, *small):
        for quotient in (
            "(3 * (x + h)**2 - 4 * (x + h) + 5 - curve) / h",
            "(curve - 3 * (x - h)**2 + 4 * (x - h) - 5) / h",
        ):
            lines = f"    h = {step}\n    slope = {quotient}\n    h = 1e-5\n"
            yield mistake(NAME, "slope", SLOPE, lines, "wrong-step")
    for step in ("1e-13", "1e-14", "3e-15", "1e-15", "1e-17"):
        for line, name in zip(PARTIALS.splitlines(keepends=True), "abc", strict=True):
            lines = f"    h = {step}\n{line}    h = 1e-5\n"
            yield mistake(NAME, f"slope_{name}", line, lines, "wrong-step")
    for line, *names in (
        ("slope = (above - curve) / (2 * h)", "wrong-factor"),
        ("slope = (above - below) / h", "wrong-factor"),
        ("slope = (below - above) / (2 * h)", "sign-flipped"),
        ("slope = above - curve", "no-difference-quotient"),
        ("slope = (above - curve) * h", "no-difference-quotient"),
        ("slope = above - curve / h", "no-difference-quotient"),
        ("slope = above / h", "no-difference-quotient"),
        ("slope = (above + curve) / h", "no-difference-quotient"),
    ):
        yield mistake(NAME, "slope", SLOPE.strip(), line, *names)
    for old, new in (
        ("(a + h) * b + c", "a * (b + h) + c"),
        ("(a + h) * b + c", "(a + h) * (b + h) + c"),
        ("a * (b + h) + c", "a * b + (c + h)"),
        ("a * b + (c + h)", "(a + h) * b + c"),
    ):
        yield mistake(NAME, _of(old), old, new, "wrong-number-moved")
    yield mistake(NAME, "b", DB, "    db = dd * a\n    db = -dsquashed * (1 - squashed**2)\n",
                  "overwritten", "contribution-missing")  # fmt: skip
    yield mistake(NAME, "b", DB, "    db = dd * a - dsquashed\n", "value-for-gradient",
                  "local-derivative-left-out")  # fmt: skip


def _of(quotient: str) -> str:
    return next(f"slope_{name}" for name in "abc" if f"({name} + h)" in quotient)


def numbers_rewrites() -> Iterator[Written]:
    for step in ("1e-4", "1e-6", "1e-7", "1e-8", "2e-9"):
        yield rewrite(NAME, "another step", (STEP, f"    h = {step}\n"))
    yield rewrite(NAME, "to one side", (SLOPE, "    slope = (above - curve) / h\n"))
    yield rewrite(NAME, "to the other side", (SLOPE, "    slope = (curve - below) / h\n"))
    yield rewrite(NAME, "by hand", (SLOPE, "    slope = 6 * x - 4\n"),
                  (PARTIALS.splitlines()[0], "    slope_a = b"),
                  (PARTIALS.splitlines()[2], "    slope_c = 1"))  # fmt: skip
    yield rewrite(NAME, "a function of one's own", (_HEAD, _HEAD + _F), (ENDS, ""),
                  (SLOPE, "    slope = (f(x + h) - f(x - h)) / (2 * h)\n"))  # fmt: skip
    yield rewrite(NAME, "a lambda", (ENDS, "    f = lambda x: 3 * x**2 - 4 * x + 5\n"),
                  (SLOPE, "    slope = (f(x + h) - f(x - h)) / (2 * h)\n"))  # fmt: skip
    yield rewrite(NAME, "a gradient that is the same", (CURVE, CURVE.replace("dtotal", "dcubed")))
    yield rewrite(NAME, "a gradient that is the same", (DB, "    db = dd * a - droot\n"))
    yield rewrite(
        NAME, "in parts", (DB, "    db = dd * a\n    db += -dsquashed * (1 - squashed**2)\n")
    )
    yield rewrite(NAME, "math", (_HEAD, "import math\nfrom math import cos\n"),
                  ("    dw = dwave * cos(w * x)", "    dw = dwave * math.cos(w * x)"))  # fmt: skip
