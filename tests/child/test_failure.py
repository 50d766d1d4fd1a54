"""What stands before the line that raises is graded, wherever it is kept."""

import pytest

from grader.child.failure import describe

KEPT = """\
import torch


def backward(n, Yb, probs, logprobs, counts):
    grads = {}
    grads["dlogprobs"] = torch.zeros_like(logprobs)
    grads["dlogprobs"][range(n), Yb] = -1.0 / n
    grads["dprobs"] = (1.0 / probs) * grads["dlogprobs"]
    grads["dcounts"] = grads["dprobs"] @ counts
    return grads
"""
AS_NAMES = (
    KEPT.replace('grads["', "")
    .replace('"]', "")
    .replace("    grads = {}\n", "")
    .replace("return grads", "return locals()")
)


@pytest.mark.parametrize("source", [KEPT, AS_NAMES], ids=["in a dict", "as names"])
def test_what_stands_before_the_line_that_raises_is_graded(source, grade_text):
    report = grade_text(source)
    verdicts = {gradient.name: gradient.verdict for gradient in report.gradients}
    assert verdicts.pop("logprobs") == verdicts.pop("probs") == "exact"
    assert verdicts.pop("counts") == "errored"
    assert set(verdicts.values()) == {"missing"}
    line = 1 + source.split("\n").index(next(x for x in source.split("\n") if "@" in x))
    assert f"line {line}: RuntimeError" in report.error
    assert "counts (32, 27)" in report.error


NOT_WRITTEN = """\
def backward(n, Yb, probs, logprobs):
    dlogprobs = None
    dprobs = dlogprobs / probs
    return locals()
"""
HALF_WAY = """\
def backward(n, Yb, probs, logprobs, logits, norm_logits, counts):
    dnorm_logits = counts * 1.0
    dlogits = dnorm_logits.clone()
    dlogits[range(n)] = probs[:, :3]
    return locals()
"""


def test_what_is_not_written_yet_is_named_where_a_line_needs_it(grade_text):
    report = grade_text(NOT_WRITTEN)
    assert report.error is not None
    assert "line 3: TypeError" in report.error
    assert report.error.endswith("dlogprobs is not written yet.")


def test_a_gradient_whose_last_line_raised_is_errored_whatever_it_held(grade_text):
    report = grade_text(HALF_WAY)
    verdicts = {gradient.name: gradient.verdict for gradient in report.gradients}
    assert verdicts["logits"] == "errored"
    assert verdicts["norm_logits"] == "wrong"


class Hidden:
    """Whose attributes cannot be asked for."""

    @property
    def __dict__(self):  # type: ignore[override]
        raise RuntimeError("no")


class Named(Exception):
    name = 7


def test_names_near_a_missing_one_are_told() -> None:
    class Thing:
        def __init__(self) -> None:
            self.gradient = 1

    found = describe(AttributeError("no grdient", name="grdient", obj=Thing()), "x.py", "")
    assert found["message"] == "no grdient; did you mean gradient?"
    assert describe(AttributeError("no q", name="q", obj=Thing()), "x.py", "")["message"] == "no q"
    assert describe(AttributeError("by hand"), "x.py", "")["message"] == "by hand"
    assert describe(NameError("by hand"), "x.py", "")["message"] == "by hand"
    assert describe(Named("by hand"), "x.py", "")["message"] == "by hand"


def test_an_object_that_hides_its_attributes_breaks_nothing() -> None:
    found = describe(AttributeError("no a", name="a", obj=Hidden()), "x.py", "")
    assert found["message"] == "(its own text could not be had: RuntimeError)"


BEYOND = """\
def backward(n, logits):
    exec(compile("\\n" * 500 + "1 / 0", __file__, "exec"))
    return locals()
"""


def test_a_line_beyond_the_file_is_not_the_learners(grade_text):
    report = grade_text(BEYOND, "exercise2", file="beyond.py")
    assert not report.passed
    assert report.error.endswith("beyond.py, line 2: ZeroDivisionError: division by zero")
