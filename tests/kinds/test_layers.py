"""Layers of a learner's: right ones in any honest form, wrong ones on their line, by name."""

import ast
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.diagnose.statements import statements_in_method
from grader.report import GradientReport, Report
from grader.syntax.submission import Submission
from grader.workspace import kit
from tests.worked import line_of, rewritten, worked

Grade = Callable[..., Report]
BIAS = "self.dbias = dout.sum(0)\n        dx = dout @"


def verdicts(report: Report) -> dict[str, str]:
    return {g.name: g.verdict for g in report.gradients}


def own(report: Report) -> list[GradientReport]:
    return [g for g in report.gradients if not g.passes and g.verdict != "inherited"]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_worked_layers_pass_at_other_seeds(seed: int, grade_text: Grade) -> None:
    assert grade_text(worked("warmup5"), "warmup5", seed=seed).passed


def test_forward_stands_for_call(grade_text: Grade) -> None:
    assert grade_text(worked("warmup5").replace("__call__", "forward"), "warmup5").passed


def test_what_follows_from_a_wrong_layer_is_inherited(grade_text: Grade) -> None:
    report = grade_text(rewritten("warmup5", ("(1 - self.out**2)", "(1 - self.out)")), "warmup5")
    found = verdicts(report)
    assert found["hpreact"] == "wrong"
    assert {found[name] for name in ("bngain", "bnbias", "hprebn", "W1")} == {"inherited"}


def test_a_backward_on_a_wrong_forward_is_told_to_wait(grade_text: Grade) -> None:
    rewrite = ("self.xhat = (x - mean) * self.inv", "self.xhat = x * self.inv")
    source = rewritten("warmup5", rewrite)
    report = grade_text(source, "warmup5")
    by_name = {g.name: g for g in report.gradients}
    assert verdicts(report)["tanh_out"] == verdicts(report)["W2"] == "inherited"
    for name in ("bngain", "hprebn"):
        diagnosis = by_name[name].diagnosis
        assert diagnosis is not None
        assert diagnosis.mistake == "wrong-forward"
    first = report.first_own_error
    assert first is not None
    assert first.name == "batchnorm_out"


def test_an_exception_in_one_layer_costs_what_that_makes_and_names_the_line(
    grade_text: Grade,
) -> None:
    source = rewritten("warmup5", ("(self.xhat * dout).sum(0)", "(self.gone * dout).sum(0)"))
    report = grade_text(source, "warmup5")
    errored = {name for name, verdict in verdicts(report).items() if verdict == "errored"}
    assert errored == {"bngain", "bnbias", "hprebn"}
    assert verdicts(report)["W1"] == "inherited"
    assert report.error is not None
    assert f"line {line_of(source, 'self.gone')}: AttributeError" in report.error


def test_a_call_that_raises_costs_its_own_backward_only(grade_text: Grade) -> None:
    source = rewritten("warmup5", ("self.out = torch.tanh(x)", "self.out = torch.tanh(x, 1)"))
    found = verdicts(grade_text(source, "warmup5"))
    assert {name for name, verdict in found.items() if verdict == "errored"} == {
        "tanh_out", "hpreact",
    }  # fmt: skip
    assert found["linear_bias_out"] == found["W2"] == "exact"


def test_what_was_done_before_a_call_raised_is_graded(grade_text: Grade) -> None:
    source = rewritten("warmup5", ("out = self.gain * self.xhat", "out = self.gain @ self.xhat"))
    report = grade_text(source, "warmup5")
    found = verdicts(report)
    assert found["running_mean"] == found["running_var"] == found["inference_out"] == "exact"
    first = report.first_own_error
    assert first is not None
    assert (first.name, first.verdict) == ("batchnorm_out", "errored")
    assert first.line == line_of(source, "self.gain @ self.xhat")


def test_statistics_that_a_raising_call_did_not_reach_are_no_wrong_ones(grade_text: Grade) -> None:
    source = rewritten("warmup5", ("        var = x.var(0)\n", "        var = x.vary(0)\n"))
    found = verdicts(grade_text(source, "warmup5"))
    assert found["running_mean"] == found["running_var"] == "errored"


@pytest.mark.parametrize("missing", ["class Tanh", "def saturated"])
def test_a_name_that_is_not_there_is_said(missing: str, grade_text: Grade) -> None:
    report = grade_text(worked("warmup5").replace(missing, missing + "s"), "warmup5")
    kind, name = missing.split()
    what = "class" if kind == "class" else "function"
    assert not report.passed
    assert report.error is not None
    assert f"it defines no {what} `{name}`; did you mean {name}s?" in report.error


def test_the_stub_is_missing_throughout_and_nothing_raises(grade_text: Grade) -> None:
    report = grade_text(kit.pristine_stub("warmup5"), "warmup5")
    assert set(verdicts(report).values()) == {"missing"}
    assert report.error is None
    assert report.flags == ()


def test_a_method_that_is_not_written_is_missing_where_another_raises(grade_text: Grade) -> None:
    stub = kit.pristine_stub("warmup5")
    source = stub.replace("        out = None\n", "        out = x @ self.nothing\n", 1)
    found = verdicts(grade_text(source, "warmup5"))
    assert found["linear_out"] == "errored"
    assert found["tanh_out"] == found["hprebn"] == "missing"


def test_one_class_is_graded_before_the_others_are_written(grade_text: Grade) -> None:
    stub, source = kit.pristine_stub("warmup5"), worked("warmup5")
    tanh = source[source.index("class Tanh") :]
    found = verdicts(grade_text(stub[: stub.index("class Tanh")] + tanh, "warmup5"))
    assert found["tanh_out"] == "exact"
    assert found["hpreact"] == "inherited"  # dh is not there yet
    assert set(found.values()) == {"exact", "inherited", "missing"}


def test_what_two_layers_keep_in_one_place_is_seen_in_the_stack(grade_text: Grade) -> None:
    source = rewritten("warmup5", ("        self.x = x\n", "        Linear.x = x\n"),
                       ("self.x.T", "Linear.x.T"))  # fmt: skip
    report = grade_text(source, "warmup5")
    assert not report.passed
    assert {gradient.name for gradient in own(report)} == {"W1", "W2"}


def test_autograd_in_a_layer_is_forbidden(grade_text: Grade) -> None:
    source = rewritten("warmup5", ("        dx = (1 - self.out**2) * dout\n",
        "        x = torch.zeros(3, requires_grad=True)\n        x.sum().backward()\n"
        "        dx = (1 - self.out**2) * dout\n"))  # fmt: skip
    assert verdicts(grade_text(source, "warmup5"))["hpreact"] == "forbidden"


def test_what_a_method_writes_is_read_for_the_diagnosis(grade_text: Grade) -> None:
    for old in (BIAS, "dx = (1 - self.out**2) * dout"):
        new = old.replace(".sum(0)", ".mean(0)").replace("* dout", "* dout / len(dout)")
        report = grade_text(rewritten("warmup5", (old, new)), "warmup5")
        first = report.first_own_error
        assert first is not None
        assert first.diagnosis is not None
        named = "mean-for-sum" if "mean" in new else "wrong-factor"
        assert first.diagnosis.mistake == named


@pytest.mark.parametrize(
    ("at", "lines"),
    [
        ("A.f:self.b", ["self.b = 1", "self.b += c"]),
        ("A.f:return", ["c = 2"]),
        ("A.g:return", ["return = x * 2"]),
        ("A.h:return", []),
        ("A.gone:return", []),
    ],
)
def test_the_statements_that_write_in_a_method(at: str, lines: list[str]) -> None:
    source = (
        "class A:\n    def f(self):\n        self.b = 1\n        c = 2\n        self.b += c\n"
        "        return c\n    def g(self, x):\n        return x * 2\n"
        "    def h(self):\n        pass\n"
    )
    found = statements_in_method(Submission(Path("answer.py"), source), at)
    assert [ast.unparse(statement) for statement in found] == lines
