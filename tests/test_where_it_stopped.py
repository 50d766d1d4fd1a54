"""The line that raised is the one to look at, whichever gradient it was to make."""

import ast
from collections.abc import Callable

import pytest

from grader.course import EXERCISES
from grader.course.exercise import load_exercise
from grader.errors import did_you_mean
from grader.render.first_error import first_told
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
    "the first of two statements that make it": (
        "exercise1", ("dbndiff = bnvar_inv * ", "dbndiff = bnvar_inv ^ 2 * "), "bnvar_inv ^",
        "bndiff", "`^` is another operation",
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


def test_the_line_that_calls_autograd_is_looked_at_first(grade_text: Grade) -> None:
    source = rewritten("warmup3", ("    dW = xenc.T", "    torch.autograd.grad\n    dW = xenc.T"))
    report = grade_text(source, "warmup3")
    first = report.first_own_error
    assert first is not None
    assert first.verdict == "forbidden"
    told = first_told(report, load_exercise("warmup3"))
    assert told is not None
    assert told.yours == "torch.autograd.grad"
    assert told.rest == " is not derived by hand."


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


def own_errors(report: Report) -> list[tuple[str, str, int | None]]:
    """What the report accuses: neither passed nor inherited."""
    accused = [g for g in report.gradients if not g.passes and g.verdict != "inherited"]
    return [(g.name, g.verdict, g.line) for g in accused]


def line_of(source: str, text: str) -> int:
    return next(at for at, found in enumerate(source.split("\n"), 1) if text in found)


UNDEFINED = ("dprobs = (1.0 / probs)", "dprobs = (1.0 / prbs)")


def test_an_undefined_name_is_one_error_and_not_one_for_every_line_below(grade_text: Grade) -> None:
    source = rewritten("exercise1", UNDEFINED)
    report = grade_text(source, "exercise1")
    assert own_errors(report) == [("probs", "errored", line_of(source, "/ prbs"))]
    assert (report.passed, report.score) == (False, 25.0)


def test_a_mistake_below_the_line_that_raised_is_found_and_named(grade_text: Grade) -> None:
    doubled = ("dlogits = dnorm_logits.clone()", "dlogits = 2 * dnorm_logits")
    source = rewritten("exercise1", UNDEFINED, doubled)
    report = grade_text(source, "exercise1")
    assert [name for name, _, _ in own_errors(report)] == ["probs", "logits"]
    found = {g.name: g for g in report.gradients}["logits"]
    assert found.verdict == "wrong"
    assert found.diagnosis is not None
    assert found.diagnosis.mistake == "wrong-factor"


def test_a_line_that_raises_for_a_wrong_shape_above_is_not_accused(grade_text: Grade) -> None:
    source = rewritten("exercise1", (".sum(1, keepdim=True)\n    dcounts_sum =",
                                     ".sum(1)[:5]\n    dcounts_sum ="))  # fmt: skip
    report = grade_text(source, "exercise1")
    assert [(name, verdict) for name, verdict, _ in own_errors(report)] == [
        ("counts_sum_inv", "wrong_shape")
    ]


@pytest.mark.parametrize(
    "throwaway", ["assert dnorm_logits.shape == (32, 27)", "dnorm_logits.reshape(32 * 27)"]
)
def test_a_line_that_raises_at_other_sizes_only_is_named_and_spoils_no_other(
    throwaway: str, grade_text: Grade
) -> None:
    clone = "    dlogits = dnorm_logits.clone()"
    source = rewritten("exercise1", (clone, f"    {throwaway}\n{clone}"))
    report = grade_text(source, "exercise1")
    assert report.error is None
    assert own_errors(report) == [("norm_logits", "wrong", line_of(source, throwaway))]
    first = report.first_own_error
    assert first is not None
    assert first.diagnosis is not None
    assert first.diagnosis.mistake == "hard-coded-size"
    assert sum(g.verdict == "exact" for g in report.gradients) == 25


RAISERS = ("undefined_name", "[][0]", "torch.zeros(3) @ torch.zeros(4)", "None.shape")


@pytest.mark.parametrize("raiser", RAISERS)
@pytest.mark.parametrize("exercise", ["exercise3", "exercise6", "warmup1"])
def test_whatever_line_raises_the_others_are_right(
    exercise: str, raiser: str, grade_text: Grade
) -> None:
    """Each gradient's first assignment in turn, a few of them: it alone is accused."""
    lines = worked(exercise).split("\n")
    assigned = [at for at, text in enumerate(lines) if text.startswith("    d") and " = " in text]
    for at in assigned[:: max(1, len(assigned) // 3)]:
        name, _, value = lines[at].strip().partition(" = ")
        broken = [*lines[:at], f"    {name} = {raiser} + {value}", *lines[at + 1 :]]
        report = grade_text("\n".join(broken), exercise)
        key = name.removeprefix("d").partition("[")[0]
        asked = [g.name for g in report.gradients]
        if key in asked and sum(text.lstrip().startswith(name + " ") for text in lines) == 1:
            assert own_errors(report) == [(key, "errored", at + 1)], lines[at]
