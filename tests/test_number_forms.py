"""Right answers in numbers, in other forms than the worked one."""

from typing import Any

import pytest

from tests.worked import rewritten

NAME = "warmup1"
HEAD = "from math import cos\n"
F = "def f(x):\n    return 3 * x**2 - 4 * x + 5\n"
ABOVE = "    above = 3 * (x + h) ** 2 - 4 * (x + h) + 5\n"
BELOW = "    below = 3 * (x - h) ** 2 - 4 * (x - h) + 5\n"
SLOPE = "    slope = (above - below) / (2 * h)\n"
LOOP = """\
    for h in (0.1, 0.01, 1e-3, 1e-4, 1e-5, 1e-6):
        slope = (3 * (x + h) ** 2 - 4 * (x + h) + 5 - curve) / h
"""
FORMS = {
    "math as a module": ((HEAD, "import math\n"), ("dw = dwave * cos(", "dw = dwave * math.cos("),
                         ("+ dwave * cos(", "+ dwave * math.cos(")),
    "a function f of one's own": ((HEAD, f"{HEAD}\n\n{F}"), (ABOVE, ""), (BELOW, ""),
                                  (SLOPE, "    slope = (f(x + h) - f(x - h)) / (2 * h)\n")),
    "f inside": ((ABOVE, "    f = lambda x: 3 * x**2 - 4 * x + 5\n"), (BELOW, ""),
                 (SLOPE, "    slope = (f(x + h) - f(x - h)) / (2 * h)\n")),
    "a function that measures": (
        (HEAD, f"{HEAD}\n\ndef measured(f, at, h=1e-6):\n    return (f(at + h) - f(at)) / h\n"),
        ("slope_a = ((a + h) * b + c - d) / h", "slope_a = measured(lambda a: a * b + c, a)"),
        ("slope_b = (a * (b + h) + c - d) / h", "slope_b = measured(lambda b: a * b + c, b)"),
        ("slope_c = (a * b + (c + h) - d) / h", "slope_c = measured(lambda c: a * b + c, c)"),
    ),
    "to one side": ((BELOW, "    below = curve\n"), (SLOPE, "    slope = (above - below) / h\n")),
    "an h in a loop": ((SLOPE, LOOP),),
    "a slope by hand": ((SLOPE, "    slope = 6 * x - 4\n"),
                        ("slope_a = ((a + h) * b + c - d) / h", "slope_a = b"),
                        ("slope_b = (a * (b + h) + c - d) / h", "slope_b = a"),
                        ("slope_c = (a * b + (c + h) - d) / h", "slope_c = 1")),
    "a large step where the line is straight": (
        ("slope_a = ((a + h) * b + c - d) / h", "slope_a = ((a + 1) * b + c - d) / 1"),
    ),
    "all uses at once": (("dwave = dgrowth * growth * ratio", "dwave = growth * dgrowth * ratio"),
                         ("db = dd * a - dsquashed * (1 - squashed**2)", "db = dd * a - droot")),
    "in parts": (("db = dd * a - dsquashed * (1 - squashed**2)",
                  "db = dd * a\n    db += -droot"),),
    "a dict": (("    return locals()\n", "    grads = {k: v for k, v in locals().items()}\n"
                "    return grads\n"),),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_a_right_answer_in_another_form_passes(form: str, grade_text: Any) -> None:
    report = grade_text(rewritten(NAME, *FORMS[form]), NAME)
    assert report.passed, report.as_json()
    assert report.flags == ()
