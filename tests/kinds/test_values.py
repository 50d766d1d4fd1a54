"""A class of Values: right in any form, wrong on its line and by name, and never passed."""

import pytest

from tests.worked import line_of, of_order, rewritten, worked

EXERCISE = "warmup2"
ORDER = of_order()
SUM = "            self.grad += out.grad\n            other.grad += out.grad\n"
SEEN = "            if value not in seen:\n                seen.add(value)\n"


def changed(old, new):
    return rewritten(EXERCISE, (old, new))


def verdicts(report, *which):
    return [g.name for g in report.gradients if g.verdict in which]


# One operation


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        (SUM, SUM.replace("+=", "="), "doubled"),
        ("self.grad += out.grad / self", "self.grad = out.grad / self", "x"),
    ],
)
def test_a_grad_that_is_set_instead_of_added_to_is_named(old, new, name, grade_text):
    report = grade_text(changed(old, new), EXERCISE)
    first = report.first_own_error
    assert (first.name, first.diagnosis.mistake) == (name, "overwritten")
    assert first.line in first.diagnosis.evidence["lines"]
    assert verdicts(report, "inherited")[-1] in ("graphs", "trained")


def test_what_is_missing_from_every_sum_is_found_where_something_else_than_1_arrives(grade_text):
    ones = SUM.replace("self.grad += out.grad", "self.grad += 1")
    report = grade_text(changed(SUM, ones), EXERCISE)
    first = report.first_own_error
    assert (first.name, first.diagnosis.mistake) == ("squashed", "upstream-left-out")


def test_an_operation_that_is_wrong_only_far_from_the_graphs_numbers_does_not_pass(grade_text):
    report = grade_text(changed("self.data > 0)", "self.data > 0.05)"), EXERCISE)
    assert not report.passed
    assert verdicts(report, "wrong") == ["graphs"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("+= other.data * out.grad", "+= out.grad", "The factor other.data was left out."),
        ("+= out.grad / other.data", "+= 1 / other.data", "the upstream gradient out.grad is"),
        ("other.grad += self.data * out.grad", "other.grad += 0", "to cubed.grad is missing"),
    ],
)
def test_a_mistake_is_said_in_the_methods_own_names(old, new, said, grade_text):
    first = grade_text(changed(old, new), EXERCISE).first_own_error
    assert said in first.diagnosis.message
    assert first.label.split()[-1] in ("__mul__", "__truediv__")


# The order


@pytest.mark.parametrize(
    ("old", "new", "mistake"),
    [
        ("reversed(ordered)", "ordered", "wrong-order"),
    ],
)
def test_a_wrong_order_is_named_and_accuses_no_operation(old, new, mistake, grade_text):
    source = changed(old, new)
    report = grade_text(source, EXERCISE)
    first = report.first_own_error
    assert (first.name, first.verdict, first.diagnosis.mistake) == ("graphs", "wrong", mistake)
    assert first.line == line_of(source, "def backward(self)")
    assert 0 < first.diagnosis.evidence["graphs"] <= first.diagnosis.evidence["of"]
    assert verdicts(report, "wrong") == ["graphs"]


def test_an_operation_and_the_order_are_both_found(grade_text):
    source = changed("reversed(ordered)", "ordered").replace("(1 - out.data**2)", "(1 - out.data)")
    assert verdicts(grade_text(source, EXERCISE), "wrong") == ["a", "graphs"]


def test_an_order_that_only_sometimes_goes_wrong_does_not_pass(grade_text):
    for kept in (60, 40, 9):
        report = grade_text(changed("reversed(ordered)", f"reversed(ordered[-{kept}:])"), EXERCISE)
        assert report.first_own_error.name == ("trained" if kept == 60 else "graphs")


# Half written, and broken


def test_what_is_not_written_yet_is_missing_and_the_rest_is_judged(grade_text):
    half = changed("            other.grad += out.grad\n", "")
    assert verdicts(grade_text(half, EXERCISE), "missing") == ["product", "y", "kept"]
    no_order = changed(ORDER, "        pass\n")
    report = grade_text(no_order, EXERCISE)
    assert verdicts(report, "missing") == ["graphs", "trained"]
    assert len(verdicts(report, "inherited")) == 15
    wrong = no_order.replace("(1 - out.data**2)", "(1 - out.data)")
    assert grade_text(wrong, EXERCISE).first_own_error.name == "a"


def test_what_raises_in_an_expression_only_is_judged_by_itself_all_the_same(grade_text):
    report = grade_text(changed("out.grad / other.data\n", "out.grad / self.data\n"), EXERCISE)
    first = report.first_own_error  # a relu has given 0
    assert (first.name, first.diagnosis.mistake) == ("logged", "wrong-operand")
    assert first.diagnosis.message == "`self.data` is used instead of `other.data`."
    assert verdicts(report, "errored") == []  # the order is right, whatever it is tried on
    assert "graphs" in verdicts(report, "inherited")
    assert "ZeroDivisionError" in report.error


def test_a_line_that_raises_costs_its_own_operation_and_the_expressions(grade_text):
    source = changed("out.grad / other.data\n", "out.grad / other.date\n")
    report = grade_text(source, EXERCISE)
    assert verdicts(report, "errored") == ["logged", "shifted"]
    assert "graphs" in verdicts(report, "inherited")
    assert report.first_own_error.line == line_of(source, "other.date")
    assert "'Value' object has no attribute 'date'" in report.error
    assert not verdicts(report, "wrong", "missing")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("Value(math.tanh(", "Value(math.sin(", "`x.tanh()` has the data 0.948985 for x = 1.25"),
        ("__rsub__", "__rsubtract__", "`1 - x` cannot be worked out with a Value: unsupported"),
        ("return self * -1", "return -self.data", "`-x` is not a Value but float."),
        ("class Value:", "class Valeu:", "no class `Value`; did you mean Valeu?"),
        ("self.data**number, (", "str(self.data), (", "the data of `x**2` is not a number but str"),
    ],
)
def test_a_forward_side_that_was_changed_is_told(old, new, said, grade_text):
    report = grade_text(worked(EXERCISE).replace(old, new), EXERCISE)
    assert report.score == 0
    assert said in report.error


def test_a_backward_that_does_not_end_is_stopped(grade_text):
    source = changed("        put_down(self)\n", "        while True:\n            pass\n")
    report = grade_text(source, EXERCISE, timeout=0.5)
    assert set(verdicts(report, "timeout")) >= {"graphs", "trained"}
    assert not report.passed


def test_autograd_inside_a_value_is_no_answer(grade_text):
    source = changed("import math\n", "import math\nimport torch\n").replace(
        "self.grad += out.grad / self.data",
        "x = torch.tensor(self.data, requires_grad=True)\n"
        "            x.log().backward()\n            self.grad += float(x.grad) * out.grad",
    )
    assert set(verdicts(grade_text(source, EXERCISE), "forbidden")) >= {"x", "graphs"}
