"""The arrow stands on the line to change, and what is right beside it keeps its row."""

from collections.abc import Callable

import pytest

from grader.course.exercise import load_exercise
from grader.render.first_error import first_told
from grader.report import Report
from tests.worked import Rewrite, line_of, rewritten

Grade = Callable[..., Report]
DPROBS = "    dprobs = (1.0 / probs) * dlogprobs\n"
END = "    return locals()\n"
BELOW = "dcounts_sum_inv"

# What is changed, the text on the line of the arrow, how it ended the code ("": it is a gradient's
# row that the arrow stands on), and a part of what is said of it.
LINES: dict[str, tuple[Rewrite, str, str, str]] = {
    "the lecture's cmp, pasted": (
        (DPROBS, DPROBS + "    cmp('probs', dprobs, probs)\n"), "cmp('probs'", "raised",
        "Take the line out: what the lecture's cmp says stands in the table.",
    ),
    "an assert of one's own": (
        (DPROBS, DPROBS + "    assert dprobs.shape == (1, 2)\n"), "assert dprobs", "raised",
        "AssertionError",
    ),
    "a loop without an end": (
        (DPROBS, DPROBS + "    while True:\n        pass\n"), "while True", "timeout",
        "still running when its time was up",
    ),
    "a breakpoint": (
        (DPROBS, DPROBS + "    breakpoint()\n"), "breakpoint()", "raised", "use `print` instead",
    ),
    "loss.backward()": (
        (DPROBS, DPROBS + "    loss.backward()\n"), "loss.backward()", "forbidden",
        "Take the line out",
    ),
    "backward() of what is there": (
        (DPROBS, DPROBS + "    probs.sum().backward()\n"), "probs.sum().backward()", "forbidden",
        "Take the line out",
    ),
    "a name that nothing has": (
        (DPROBS, DPROBS.replace("probs)", "prob)")), "/ prob)", "", "did you mean probs?",
    ),
    "a parameter taken out": (
        ("probs, logprobs):", "logprobs):"), "dprobs = (1.0", "",
        "It is a value of the forward pass: name it among the parameters of `backward`.",
    ),
    "a gradient that reads itself": (
        (DPROBS, DPROBS.replace("* dlogprobs", "* dprobs")), "(1.0 / probs) * dprobs", "",
        "This line reads `dprobs` before any line above has set it.",
    ),
    "a power with ^": (
        (DPROBS, DPROBS.replace("(1.0 / probs)", "probs ^ -1")), "probs ^ -1", "",
        "A power is written `**` in Python",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", LINES)
def test_the_arrow_stands_on_the_line_and_right_rows_stay(what: str, grade_text: Grade) -> None:
    rewrite, text, how, said = LINES[what]
    source = rewritten("exercise1", rewrite)
    report = grade_text(source, timeout=1.0)
    line = line_of(source, text)
    if how:
        assert report.stopped_first is not None
        assert (report.stopped_first.line, report.stopped_first.how) == (line, how)
        told = first_told(report, load_exercise("exercise1"))
        assert told is not None
        assert told.label == f"line {line}"
    else:
        first = report.first_own_error
        assert first is not None
        assert (first.label, first.line) == ("dprobs", line)
    assert report.error is not None
    assert said in report.error
    rows = {row.label: row.verdict for row in report.gradients}
    assert rows["dlogprobs"] == "exact"
    assert rows[BELOW] == ("timeout" if how == "timeout" else "inherited")
    assert not report.passed


@pytest.mark.parametrize(
    "line",
    ["    setattr(probs, 'requires_' + 'grad', True)\n    probs.sum().backward()\n",
     "    probs.requires_grad_()\n    probs.sum().backward()\n",
     "    torch.autograd.backward(probs.sum())\n", "    x = probs.sum().backward()\n"],
)  # fmt: skip
def test_backward_with_more_of_autograd_takes_the_credit(line: str, grade_text: Grade) -> None:
    source = rewritten("exercise1", (DPROBS, line + DPROBS))
    report = grade_text(source)
    assert {row.verdict for row in report.gradients} == {"forbidden"}
    assert report.stopped_first is not None
    assert report.stopped_first.line in range(line_of(source, line.split("\n")[0]), 99)


D_LEFT_OUT = {
    "assigned": (("    dprobs = (1.0", "    probs = (1.0"), "probs", "    probs = (1.0"),
    "under a key": (
        (END, END.replace("locals()", "{'dlogprobs': dlogprobs, 'probs': dprobs}")), "probs",
        "'probs': dprobs",
    ),
    "under a keyword": (
        (END, END.replace("locals()", "dict(logprobs=dlogprobs)")), "logprobs", "dict(logprobs",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", D_LEFT_OUT)
def test_a_d_left_out_is_shown_where_it_is(what: str, grade_text: Grade) -> None:
    rewrite, value, text = D_LEFT_OUT[what]
    source = rewritten("exercise1", rewrite)
    report = grade_text(source)
    first = report.first_own_error
    assert first is not None
    assert first.diagnosis is not None
    assert first.diagnosis.mistake == "d-left-out"
    assert (first.name, first.verdict, first.line) == (value, "missing", line_of(source, text))
    told = first_told(report, load_exercise("exercise1"))
    assert told is not None
    assert told.opening == "First error: "
    assert f"`d{value}`" in told.sentences[0]


def test_a_forward_value_worked_out_again_is_no_gradient_without_its_d(grade_text: Grade) -> None:
    source = rewritten("exercise1", (DPROBS, "    probs = counts * counts_sum_inv\n"))
    row = next(row for row in grade_text(source).gradients if row.name == "probs")
    assert row.verdict == "missing"
    assert row.diagnosis is None


def test_what_is_no_dict_is_said_by_its_type(grade_text: Grade) -> None:
    report = grade_text(rewritten("exercise1", (END, "    return dlogprobs, dprobs\n")))
    assert report.error is not None
    assert "`backward` returned a value of type tuple; end it with `return locals()`." in (
        report.error
    )
