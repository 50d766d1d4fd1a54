"""The line that raised is the one to look at, whichever gradient it was to make."""

import ast
from collections.abc import Callable

import pytest

from grader.course import EXERCISES
from grader.course.exercise import load_exercise
from grader.errors import did_you_mean
from grader.render.first_error import first_error
from grader.report import Report
from grader.syntax.methods import method_around
from tests.worked import Rewrite, rewritten, worked

Grade = Callable[..., Report]

# exercise, what is changed, the text of the line that raises, the first gradient, a part of the
# error's sentence
STOPS: dict[str, tuple[str, Rewrite, str, str, str]] = {
    "the second statement, under no name of a gradient": (
        "exercise9", ("    dlogits /= n", "    dlogit /= n"), "dlogit /= n", "logits",
        "'dlogit'",
    ),
    "an entry of what is not there": (
        "warmup3", ("dprobs[range(n), ys] =", "dprob[range(n), ys] ="), "dprob[range", "probs",
        "did you mean dprobs?",
    ),
    "an addition to what is not there": (
        "exercise6", ("    dhpreact += 3", "    dhpreac += 3"), "dhpreac += 3", "hpreact",
        "'dhpreac'",
    ),
    "what an earlier line calls otherwise": (
        "warmup1", ("    dtotal = 1", "    dtotl = 1"), "dcubed = dtotal", "cubed",
        "did you mean dtotl?",
    ),
    "an attribute of a Value": (
        "warmup2", ("self.grad += other.data *", "self.grd += other.data *"), "self.grd", "squared",
        "did you mean grad?",
    ),
    "a line above the one that returns": (
        "warmup5",
        ("        if self.bias is not None:\n            out",
         "        if self.bias:\n            out"),
        "if self.bias:", "linear_bias_out", "Boolean value of Tensor",
    ),
    "an attribute of a layer": (
        "warmup5", ("(var + self.eps)", "(var + self.epsilon)"), "self.epsilon", "batchnorm_out",
        "did you mean eps?",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", STOPS)
def test_the_line_that_raised_comes_first(what: str, grade_text: Grade) -> None:
    exercise, rewrite, text, name, said = STOPS[what]
    source = rewritten(exercise, rewrite)
    report = grade_text(source, exercise)
    first = report.first_own_error
    assert first is not None
    line = next(at for at, found in enumerate(source.split("\n"), 1) if text in found)
    assert (first.name, first.verdict, first.line) == (name, "errored", line)
    assert report.error is not None
    assert f"line {line}: " in report.error
    assert said in report.error


def test_a_line_with_a_mistake_above_the_one_that_raised_is_wrong(grade_text: Grade) -> None:
    source = rewritten(
        "exercise9", ("    dlogits[range(n), Yb] -= 1\n", ""), ("dh = dflat", "dh = dflt")
    )
    first = grade_text(source, "exercise9").first_own_error
    assert first is not None
    assert (first.name, first.verdict) == ("logits", "wrong")


def test_a_gradients_own_name_is_no_misspelling_of_another(grade_text: Grade) -> None:
    source = rewritten("exercise1", ("    dbndiff2 = ", "    dbndiff += 0\n    dbndiff2 = "))
    lines = source.split("\n")
    of_next = next(at for at, text in enumerate(lines, 1) if "dbndiff2 = " in text)
    found = {g.name: g for g in grade_text(source, "exercise1").gradients}
    assert found["bndiff2"].line == of_next  # not the line above, which raised


def test_nothing_is_looked_at_first_where_autograd_was_at_work(grade_text: Grade) -> None:
    source = rewritten("warmup3", ("    dW = xenc.T", "    torch.autograd.grad\n    dW = xenc.T"))
    report = grade_text(source, "warmup3")
    first = report.first_own_error
    assert first is not None
    assert first.verdict == "forbidden"
    assert list(first_error(first, load_exercise("warmup3"))) == []


def test_a_module_that_is_not_installed_is_told_so(grade_text: Grade) -> None:
    source = rewritten("exercise2", ("import torch\n", "import torch\nimport not_there_at_all\n"))
    error = grade_text(source, "exercise2").error
    assert error is not None
    assert error.endswith(
        "answer.py, line 4: ModuleNotFoundError: No module named 'not_there_at_all' "
        "(not installed in the Python that runs `grade`)"
    )


def test_of_names_that_are_as_near_the_first_is_meant() -> None:
    assert did_you_mean("warmup", EXERCISES) == "; did you mean warmup1?"
    assert did_you_mean("something", EXERCISES) == "."
    assert did_you_mean("something", []) == "."


def test_the_method_of_a_line_is_the_innermost() -> None:
    source = worked("warmup2")
    tree, lines = ast.parse(source), source.split("\n")
    within = 1 + lines.index("            self.grad += out.data * out.grad")
    assert method_around(tree, within) == "Value.exp._backward"
    assert method_around(tree, within - 3) == "Value.exp"
    assert method_around(tree, 1) is None
