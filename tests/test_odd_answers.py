"""Answers of an odd form: none of them is a fault of the grader's, and the right ones pass."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.worked import rewritten, worked

if TYPE_CHECKING:
    from grader.report import Report

Grade = Callable[..., "Report"]

DEEP = {
    "a sum of many terms": "def extra():\n    return " + " + ".join(["1"] * 600) + "\n",
    "a long chain of attributes": "def extra(x):\n    x" + ".a" * 500 + " = 1\n",
}
PRODUCT = '        out = Value(self.data * other.data, (self, other), "*")\n'
SENT = (
    "            self.grad += other.data * out.grad\n"
    "            other.grad += self.data * out.grad\n"
)
RETURNED = 'return {**locals(), "db2": torch.zeros(27, dtype=torch.int64)}'


@pytest.mark.parametrize("form", DEEP)
def test_what_is_nested_deeply_is_read_all_the_same(form: str, grade_text: Grade) -> None:
    assert grade_text(worked("exercise2") + "\n\n" + DEEP[form], "exercise2").passed


def test_a_gradient_of_whole_numbers_is_told_so(grade_text: Grade) -> None:
    source = rewritten(
        "exercise1", ("    db2 = dlogits.sum(0)\n", ""), ("return locals()", RETURNED)
    )
    report = grade_text(source)
    found = next(gradient for gradient in report.gradients if gradient.name == "b2")
    assert found.diagnosis is not None
    assert (found.verdict, found.diagnosis.mistake) == ("wrong", "wrong-dtype")


def test_operands_may_have_other_names(grade_text: Grade) -> None:
    source = rewritten(
        "warmup2",
        (PRODUCT, PRODUCT + "        a, b = self, other\n"),
        (SENT, SENT.replace("self", "a").replace("other", "b")),
    )
    assert grade_text(source, "warmup2").passed


def test_a_relu_may_give_back_its_operand(grade_text: Grade) -> None:
    made = '        out = Value(max(0.0, self.data), (self,), "relu")\n'
    source = rewritten(
        "warmup2", (made, "        if self.data > 0:\n            return self\n" + made)
    )
    assert grade_text(source, "warmup2").passed


def test_a_constant_where_a_sum_was_due_is_wrong_on_its_own(grade_text: Grade) -> None:
    source = rewritten(
        "warmup5", ("        self.dbias = dout.sum(0)\n        dxhat", "        self.dbias = "
                    "torch.zeros(dout.shape[1])\n        dxhat"))  # fmt: skip
    report = grade_text(source, "warmup5")
    assert report.first_own_error is not None
    assert report.first_own_error.name == "bnbias"
    assert not [flag for flag in report.flags if flag.flag == "judged-in-chain"]


COUNTED = "        N[x, y] += 1\n"
SHARED = "P = (N + 1) / (N + 1).sum(1, keepdim=True)"
LATER = {
    "right, of what N came to": (SHARED, "inherited"),
    "wrong besides": ("P = N / (N + 1).sum(1, keepdim=True)", "wrong"),
    "the same whatever N is": ("P = torch.full(W.shape, 1 / 27)", "wrong"),
}


@pytest.mark.parametrize("what", LATER)
def test_a_value_made_of_a_wrong_one_is_judged_alone(what: str, grade_text: Grade) -> None:
    line, verdict = LATER[what]
    source = rewritten("warmup3", (COUNTED, "        N[x, y] = 1\n"), (SHARED, line))
    report = grade_text(source, "warmup3")
    assert [g.verdict for g in report.gradients if g.name in "NP"] == ["wrong", verdict]


def test_a_value_made_of_one_in_another_shape_is_wrong(grade_text: Grade) -> None:
    source = rewritten("warmup3", ("    # keepdim: the", "    N = N[:5]\n    # keepdim: the"))
    report = grade_text(source, "warmup3")
    found = [g.verdict for g in report.gradients if g.name in "NP"]
    assert found == ["wrong_shape", "wrong_shape"]


# What a line may give instead of its gradient v.
KINDS = (
    "None", "v.sum().item()", "v.tolist()", "v + 0j", "v.half()", "v.bfloat16()", "v != 0",
    "v.sum()", "v.to(torch.int8)", "v.flatten()[:1].expand(v.shape)", "v * 1e300",
    "v * float('nan')", "v[:0]", "torch.empty(0)", "v[None, ..., None]", "'v'", "{'v': v}",
    "v.flip(0)", "v.T", "v * 0", "-v", "v.to_sparse()", "v.to('meta')",
    "torch.where(v > 0, v, float('-inf'))", "v.numpy()", "v * 1e-310",
    "torch.nested.nested_tensor([v])",
)  # fmt: skip


@pytest.mark.filterwarnings("ignore:.*nested tensors:UserWarning")
@pytest.mark.parametrize("where", ["in the end", "in the middle"])
def test_no_kind_of_answer_is_a_fault_of_the_graders(where: str, grade_text: Grade) -> None:
    """Each of exercise1's gradients another kind; moved on by a few each time."""
    lines = [line for line in worked("exercise1").split("\n") if not line.startswith("    #")]
    at = {line.split()[0]: number for number, line in enumerate(lines) if line[:5] == "    d"}
    at = {name: number for name, number in at.items() if name.isidentifier()}
    for moved in (0, 14):
        out = list(lines)
        for number, (name, line) in reversed(list(enumerate(at.items()))):
            kind = KINDS[(number + moved) % len(KINDS)]
            odd = f"    {name} = (lambda v: {kind})({name})"
            out.insert(len(out) - 2 if where == "in the end" else line + 1, odd)
        report = grade_text("\n".join(out), "exercise1")
        assert report.ended is None, report.error
        assert "failed while" not in report.trace, report.trace
        assert not report.passed
