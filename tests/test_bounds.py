"""However much code a file has, it is refused at once, or read and graded in moderate time."""

import ast
import textwrap
import time
from collections.abc import Callable

import pytest

from grader.report import Report
from grader.syntax.bounds import MAX_NODES

Grade = Callable[..., Report]
END = "    return locals()\n"
HEAD = "def backward(n, probs, logprobs, Yb):\n    dprobs = probs * n\n"
MANY = {
    "functions": "def f{0}(x):\n    dprobs = x\n    return f{0}(x)\n",
    "methods": "class A{0}:\n    def dprobs(self, x): return x\n",
    "statements": "x{0} = 1\n",
    "decorators": "@f{0}\ndef f{0}(x): pass\n",
}
INSIDE = {
    "writes": "    dprobs = {0}\n",
    "additions": "    dprobs += probs\n",
    "branches": "    if n: dlogprobs = {0}\n",
    "slices": "    dlogprobs[{0}:] = probs[n:]\n",
    "calls": "    f(dprobs, dlogprobs)\n",
}


def source_of(what: str, nodes: int) -> str:
    line = (MANY | INSIDE)[what]
    each = sum(1 for _ in ast.walk(ast.parse(textwrap.dedent(line.format(0))))) - 1
    lines = "".join(line.format(at) for at in range(nodes // each))
    return lines + HEAD + END if what in MANY else HEAD + lines + END


@pytest.mark.parametrize("what", MANY | INSIDE)
def test_what_is_far_too_much_is_refused_at_once(what: str, grade_text: Grade) -> None:
    begun = time.process_time()
    report = grade_text(source_of(what, 20 * MAX_NODES))
    assert "is it the right file?" in (report.error or "")
    assert report.score == 0
    assert time.process_time() - begun < 2


@pytest.mark.parametrize("what", MANY | INSIDE)
def test_what_is_just_allowed_is_graded_in_moderate_time(what: str, grade_text: Grade) -> None:
    source = source_of(what, int(0.98 * MAX_NODES))
    begun = time.process_time()
    report = grade_text(source, timeout=2.0)
    assert "is it the right file?" not in (report.error or "")
    assert time.process_time() - begun < 5  # seconds of the grader's own


def test_the_worst_nesting_is_refused_or_read(grade_text: Grade) -> None:
    for body in (
        "-" * 990 + "1",
        "lambda: " * 900 + "1",
        "(" * 190 + ")" * 190,
        "[" * 90 + "]" * 90,
    ):
        report = grade_text(f"{HEAD}    dprobs = {body}\n{END}")
        assert report.score == 0
        assert "Traceback" not in report.trace
