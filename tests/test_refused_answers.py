"""Wrong answers that look right by one measure or another are refused, on their own line."""

from collections.abc import Callable

import pytest

from grader.report import PASSING, GradientReport, Report
from tests.grading import references, trial
from tests.worked import rewritten

Grade = Callable[..., Report]

LOGPROBS = """    dlogprobs = torch.zeros_like(logprobs)
    dlogprobs[range(n), Yb] = -1.0 / n
"""
LOGIT_MAXES = "(-dnorm_logits).sum(1, keepdim=True)"
B1 = "db1 = dhprebn.sum(0)"
B2 = "db2 = dlogits.sum(0)"
BNMEANI = "dbnmeani = (-dbndiff).sum(0, keepdim=True)"
BNDIFF2 = "(1.0 / (n - 1)) * torch.ones_like(bndiff2) * dbnvar"
HPREBN = "dhprebn += 1.0 / n * (torch.ones_like(hprebn) * dbnmeani)"
END = "    return locals()\n"


def judged(report: Report, name: str) -> GradientReport:
    (found,) = [gradient for gradient in report.gradients if gradient.name == name]
    return found


def lectures_cmp(name: str, submitted: str) -> bool:
    """The lecture's cmp, on exercise1's own values: whether it calls `submitted` right."""
    import torch

    at = trial("exercise1", dtype=torch.float32)
    reference = references(at)
    known = {"d" + key: value for key, value in reference.items()}
    dt = eval(submitted, {"torch": torch, **at.values, **known})
    ex = torch.all(dt == reference[name]).item()
    app = torch.allclose(dt, reference[name])
    return bool(ex or app)


ACCEPTED_BY_CMP = (
    ("logit_maxes", LOGIT_MAXES, "torch.tensor(0.0)", "wrong_shape"),
    ("logit_maxes", LOGIT_MAXES, "torch.zeros(1)", "wrong_shape"),
    ("b1", B1, "torch.tensor(0.0)", "wrong_shape"),
    ("b1", B1, "dhprebn.sum(0).half().float()", "wrong"),
)


@pytest.mark.parametrize(("name", "old", "new", "verdict"), ACCEPTED_BY_CMP)
def test_what_the_lectures_cmp_accepts_is_refused(
    name: str, old: str, new: str, verdict: str, grade_text: Grade
) -> None:
    assert lectures_cmp(name, new)
    line = old.split(" = ")[0] + " = " + new if " = " in old else new
    report = grade_text(rewritten("exercise1", (old, line)))
    assert not report.passed
    assert judged(report, name).verdict == verdict


def test_zeros_everywhere_are_refused(grade_text: Grade) -> None:
    zeros = "    return {'d' + name: torch.zeros_like(v) for name, v in locals().items()\n"
    end = zeros + "            if torch.is_tensor(v) and v.is_floating_point()}\n"
    source = rewritten("exercise1", (END, end.replace("locals()", "dict(locals())")))
    report = grade_text(source)
    assert not report.passed
    right = [g.name for g in report.gradients if g.passes]
    assert set(right) <= {"logit_maxes", "b1"}  # zero but for rounding: no number tells them apart


HARD_CODED = {
    "range(32)": (LOGPROBS, LOGPROBS.replace("range(n)", "range(32)"), "logprobs"),
    "1/32": (LOGPROBS, LOGPROBS.replace("/ n", "/ 32"), "logprobs"),
    "31 for n - 1": (BNDIFF2, BNDIFF2.replace("(n - 1)", "31"), "bndiff2"),
    "1/32 in BatchNorm": (HPREBN, HPREBN.replace("/ n", "/ 32"), "hprebn"),
    "64 columns": (BNDIFF2, "(dbnvar / (n - 1)).expand(n, 64)", "bndiff2"),
    "30 inputs": ("dembcat.view(emb.shape)", "dembcat.view(n, 3, 10)", "emb"),
    "27 characters": ("dC = torch.zeros_like(C)", "dC = torch.zeros(27, 10)", "C"),
}


@pytest.mark.parametrize("what", HARD_CODED)
def test_a_hard_coded_size_is_refused(what: str, grade_text: Grade) -> None:
    old, new, name = HARD_CODED[what]
    report = grade_text(rewritten("exercise1", (old, new)))
    found = judged(report, name)
    assert not report.passed
    assert found.approximate  # as the lecture looks at it
    assert found.verdict not in PASSING


def test_a_memorised_answer_is_refused(grade_text: Grade) -> None:
    printed = rewritten(
        "exercise1", (B2, B2 + "\n    print('B2', dlogits.double().sum(0).tolist())")
    )
    numbers = grade_text(printed).output.split("B2 ")[1].split("\n")[0]
    report = grade_text(rewritten("exercise1", (B2, f"db2 = torch.tensor({numbers})")))
    found = judged(report, "b2")
    assert found.approximate  # as the lecture looks at it
    assert found.verdict == "wrong"
    assert not report.passed


def test_the_very_numbers_of_one_seed_are_refused(grade_text: Grade) -> None:
    """In full precision, for the decision's float64 as well."""
    numbers = references(trial("exercise2"))["logits"].tolist()
    report = grade_text(
        f"import torch\ndef backward(n):\n    return dict(dlogits=torch.tensor({numbers}))\n",
        "exercise2",
    )
    (found,) = report.gradients
    assert found.approximate
    assert found.verdict not in PASSING
    assert not report.passed


def test_float16_rounding_is_refused_for_every_gradient(grade_text: Grade) -> None:
    rounded = "    found = dict(locals())\n" + (
        "    return {k: v.half().to(v.dtype) if torch.is_tensor(v) and k[0] == 'd' else v\n"
        "            for k, v in found.items()}\n"
    )
    report = grade_text(rewritten("exercise1", (END, rounded)))
    # A power of two over n is all that dlogprobs holds, and float16 holds it; the other two
    # are zero but for rounding.
    right = {gradient.name for gradient in report.gradients if gradient.verdict in PASSING}
    assert right <= {"logprobs", "logit_maxes", "b1"}
    assert not report.passed
