"""Layers of a learner's: right ones in any honest form, wrong ones on their line, by name."""

import ast
from collections.abc import Callable

import pytest

from grader import kit
from grader.mistakes.statements import statements_at
from grader.report import GradientReport, Report
from tests.worked import Rewrite, line_of, rewritten, worked

Grade = Callable[..., Report]

TANH = "        dx = (1 - self.out**2) * dout\n        return dx\n"
STATISTICS = (
    "        self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * mean\n"
    "        self.running_var = (1 - self.momentum) * self.running_var + self.momentum * var\n"
)
STEPS = """        through_var = self.xhat * (dxhat * self.xhat).sum(0) / (n - 1)
        dx = self.inv * (dxhat - dxhat.mean(0) - through_var)
"""
IN_STEPS = """        diff = self.xhat / self.inv
        dinv = (diff * dxhat).sum(0)
        ddiff = self.inv * dxhat
        dvar = -0.5 * self.inv**3 * dinv
        ddiff += 2 * diff / (n - 1) * dvar
        dmean = -ddiff.sum(0)
        dx = ddiff + dmean / n
"""
BIAS = "self.dbias = dout.sum(0)\n        dx = dout @"
INFERENCE = """        if not self.training:
            xhat = (x - self.running_mean) * (self.running_var + self.eps) ** -0.5
            return self.gain * xhat + self.bias
"""
RIGHT: dict[str, tuple[Rewrite, ...]] = {
    "in place": ((TANH, "        dout *= 1 - self.out**2\n        return dout\n"),),
    "what came in is kept": (
        ("self.out = torch.tanh(x)", "self.came = x"),
        ("return self.out\n", "return torch.tanh(x)\n"),
        ("(1 - self.out**2)", "(1 - torch.tanh(self.came) ** 2)"),
    ),
    "with keepdim, as the lecture has it": (
        ("mean = x.mean(0)", "mean = x.mean(0, keepdim=True)"),
        ("var = x.var(0)", "var = x.var(0, keepdim=True)"),
    ),
    "statistics in place": (
        (STATISTICS, "        self.running_mean.mul_(0.9).add_(0.1 * mean)\n"
         "        self.running_var.lerp_(var, self.momentum)\n"),
    ),
    "BatchNorm in steps": ((STEPS, IN_STEPS),),
    "an int, a float": (
        (".all(0).sum()", ".all(0).sum().item()"), (".float().mean()", ".float().mean().item()"),
    ),
}  # fmt: skip
# What it is, what is changed, what has an error of its own, and the mistake of the first.
WRONG: dict[str, tuple[tuple[Rewrite, ...], set[str], str | None]] = {
    "not summed": (((BIAS, BIAS.replace(".sum(0)", "")),), {"b2"}, "not-summed"),
    "summed over the wrong one": (
        ((BIAS, BIAS.replace(".sum(0)", ".sum(1)")),), {"b2"}, "summed-wrong-dimension"),
    "transposed": ((("self.x.T @ dout", "dout.T @ self.x"),), {"W1", "W2"}, "transposed"),
    "the variance's way": (((" - through_var)", ")"),), {"hprebn"}, "contribution-missing"),
    "the mean's way": (((" - dxhat.mean(0)", ""),), {"hprebn"}, "contribution-missing"),
    "n for n - 1": ((("/ (n - 1)", "/ n"),), {"hprebn"}, "wrong-factor"),
    "no upstream": ((("(1 - self.out**2) * dout", "1 - self.out**2"),), {"hpreact"},
                    "upstream-left-out"),
    "momentum": (
        ((STATISTICS, STATISTICS.replace("(1 - self.momentum)", "M").replace(
            "+ self.momentum", "+ (1 - self.momentum)").replace("M *", "self.momentum *")),),
        {"running_mean", "running_var"}, "momentum-reversed"),
    "the last batch": (
        (("(1 - self.momentum) * self.running_mean + self.momentum * mean", "mean"),),
        {"running_mean"}, "last-batch-only"),
    "biased": (
        (("self.momentum * var", "self.momentum * x.var(0, unbiased=False)"),), {"running_var"},
        "biased-variance"),
    "the batch's own at inference": (
        (("xhat = (x - self.running_mean) * (self.running_var + self.eps) ** -0.5",
          "xhat = (x - x.mean(0)) * (x.var(0) + self.eps) ** -0.5"),),
        {"inference_out"}, "batch-statistics-at-inference"),
    "statistics that move at inference": (
        ((STATISTICS, ""), (INFERENCE, "        mean, var = x.mean(0), x.var(0)\n" + STATISTICS
                            + INFERENCE), ("        mean = x.mean(0)\n        var", "        var")),
        {"running_mean", "running_var", "inference_out"}, "statistics-changed-at-inference"),
    "one side": ((("(h.abs() > 0.97).float()", "(h > 0.97).float()"),), {"saturated"},
                 "abs-left-out"),
    "no root": ((("fan_in**0.5\n\n\ndef", "fan_in\n\n\ndef"),), {"kaiming_std"},
                "variance-for-deviation"),
    "the sign": ((("-log(", "log("),), {"expected_initial_loss"}, "sign-flipped"),
    "no bias": (((" + self.bias\n        return out\n\n    def backward(self, dout):\n        "
                  '"""The gradient of what', '\n        return out\n\n    def backward(self, dout):'
                  '\n        """The gradient of what'),), {"linear_bias_out"},
                "parameter-left-out"),
    "a forward that is wrong": (
        (("torch.tanh(x)", "torch.tanh(2 * x)"),), {"tanh_out", "hpreact"}, None),
}  # fmt: skip


def verdicts(report: Report) -> dict[str, str]:
    return {g.name: g.verdict for g in report.gradients}


def own(report: Report) -> list[GradientReport]:
    return [g for g in report.gradients if not g.passes and g.verdict != "inherited"]


@pytest.mark.parametrize("form", RIGHT)
def test_right_layers_pass_in_any_form(form: str, grade_text: Grade) -> None:
    report = grade_text(rewritten("warmup5", *RIGHT[form]), "warmup5")
    assert report.passed, verdicts(report)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_worked_layers_pass_at_other_seeds(seed: int, grade_text: Grade) -> None:
    assert grade_text(worked("warmup5"), "warmup5", seed=seed).passed


def test_forward_stands_for_call(grade_text: Grade) -> None:
    assert grade_text(worked("warmup5").replace("__call__", "forward"), "warmup5").passed


@pytest.mark.parametrize("what", WRONG)
def test_a_mistake_is_found_on_its_line_and_named(what: str, grade_text: Grade) -> None:
    rewrites, expected, mistake = WRONG[what]
    source = rewritten("warmup5", *rewrites)
    report = grade_text(source, "warmup5")
    assert {g.name for g in own(report)} == expected
    first = report.first_own_error
    assert first is not None
    assert (first.diagnosis and first.diagnosis.mistake) == mistake
    assert first.line is not None
    assert report.score == len(report.gradients) - len(expected)


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
    assert verdicts(report)["W2"] in ("exact", "approximate")
    assert verdicts(report)["W1"] not in ("exact", "approximate")


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
    ("place", "lines"),
    [
        ("A.f:self.b", ["self.b = 1", "self.b += c"]),
        ("A.f:return", ["c = 2"]),
        ("A.g:return", ["return = x * 2"]),
        ("A.h:return", []),
        ("A.gone:return", []),
    ],
)
def test_the_statements_at_a_place(place: str, lines: list[str]) -> None:
    source = (
        "class A:\n    def f(self):\n        self.b = 1\n        c = 2\n        self.b += c\n"
        "        return c\n    def g(self, x):\n        return x * 2\n"
        "    def h(self):\n        pass\n"
    )
    assert [ast.unparse(statement) for statement in statements_at(source, place)] == lines
