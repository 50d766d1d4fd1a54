"""However much code a file has, it is refused at once, or read and graded in moderate time."""

import ast
import json
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.cli.submissions import submission_at
from grader.course.exercise import load_exercise
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


@pytest.mark.parametrize("times", [1, 200_000])
def test_a_notebooks_code_is_measured_before_it_is_parsed(times: int, tmp_path: Path) -> None:
    cells = [{"cell_type": "code", "source": "a=1;" * times, "outputs": []}] * (200_000 // times)
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps({"cells": cells, "nbformat": 4, "metadata": {}}))
    begun = time.process_time()
    found = submission_at(path, load_exercise("exercise1"))
    assert "more than 200,000 bytes of code" in (found.problem or "")
    assert time.process_time() - begun < 1.5


# Of these a pattern that begins with any blanks, or two in a row, is tried from each place anew.
REPEATED = (
    " ", "\t\n", "\n", "%", "!", "?", "x ?", "%timeit ", "%time x\n", "x = !ls\n", "#-", "# %%\n",
    "cmp('", "logprobs | exact: ", "a |\n", "x.grad ", "d", "dp", "'", "(", "\\\n", "d=\n", "# d\n",
    "# exercise 1 ", "é", "f'{", "@", "if x:\n", "_", "1", "0x", "x[", "x,", "->", "lambda ",
)  # fmt: skip


@pytest.mark.parametrize("output", [False, True])
@pytest.mark.parametrize("piece", REPEATED)
def test_no_text_keeps_the_reader_busy(piece: str, output: bool, tmp_path: Path) -> None:
    text = piece * (100_000 // len(piece))
    cell = {"cell_type": "code", "source": "cmp('logits', dlogits, logits)\ndlogits = 1\n"}
    cell |= {"outputs": [{"output_type": "stream", "text": text}]} if output else {"source": text}
    notebook, script = tmp_path / "a.ipynb", tmp_path / "a.py"
    cells = [{"cell_type": "markdown", "source": text}, cell]
    notebook.write_text(json.dumps({"cells": cells, "nbformat": 4, "metadata": {}}))
    script.write_text(text)
    begun = time.process_time()
    for path in (notebook,) if output else (notebook, script):
        submission_at(path, load_exercise("exercise1"))
        submission_at(path, load_exercise("exercise2"))
    assert time.process_time() - begun < 4
