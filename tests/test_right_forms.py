"""Right answers in unusual but honest forms: none is refused, and the report says where a
line could not be judged on its own."""

from collections.abc import Callable

import pytest

from grader.report import Report
from tests.whole_forms import BODY, END, HEAD, IN_CHAIN, SEEN_THROUGH, Form
from tests.worked import Rewrite, rewritten

Grade = Callable[..., Report]
SEEDS = (2147483647, 3)

HPREBN = """    dhprebn = dbndiff.clone()
    dhprebn += 1.0 / n * (torch.ones_like(hprebn) * dbnmeani)
"""
LOGITS = """    dlogits = dnorm_logits.clone()
    dlogits += F.one_hot(logits.max(1).indices, num_classes=logits.shape[1]) * dlogit_maxes
"""
FUSED_LOGITS = """    dlogits = F.softmax(logits, 1)
    dlogits[range(n), Yb] -= 1
    dlogits /= n
"""
FUSED = "    dhprebn = bngain * bnvar_inv / n * (n * dhpreact - {} - n / (n - 1) * bnraw * {})\n"
LOOP = """    dC = torch.zeros_like(C)
    for k in range(Xb.shape[0]):
        for j in range(Xb.shape[1]):
            dC[Xb[k, j]] += demb[k, j]
"""
FIRST = "    # The mean"
BNDIFF = """    dbndiff = bnvar_inv * dbnraw
    dbndiff += (2 * bndiff) * dbndiff2
    dbnmeani = (-dbndiff).sum(0, keepdim=True)
"""
BNMEANI = "dbnmeani = (-dbndiff).sum(0, keepdim=True)"

LINES: dict[str, tuple[Rewrite, ...]] = {
    "siblings reused": ((HPREBN, FUSED.format("dbnbias", "dbngain")),),
    "two levels at once": (
        (HPREBN, "    dhprebn = bnvar_inv * (dbnraw - dbnraw.mean(0)"
         " - bnraw * bngain * (dhpreact * bnraw).sum(0) / (n - 1))\n"),
    ),
    "from a gradient beside it": (
        (BNMEANI, "dbnmeani = -bnvar_inv * bngain * dbnbias"),
        ("(bndiff * dbnraw).sum(0, keepdim=True)", "dbngain * bngain / bnvar_inv"),
    ),
    "a sum of two that cancel": (
        ("db1 = dhprebn.sum(0)", "db1 = dbndiff.sum(0) + dbnmeani.sum(0)"),
    ),
    "from the one below": (
        (LOGITS, ""), (FIRST, FUSED_LOGITS + FIRST),
        ("dnorm_logits = counts * dcounts", "dnorm_logits = dlogits"),
    ),
    "backwards": (
        (HPREBN, ""),
        (BNDIFF, FUSED.format("dbnbias", "dbngain")
         + "    dbnmeani = -bnvar_inv * dbnraw.sum(0, keepdim=True)\n"
         "    dbndiff = dhprebn - dbnmeani / n\n"),
    ),
    "another name accumulates": (
        (LOOP, "    total = torch.zeros_like(C)\n    dC = total\n"
         "    for at, row in zip(Xb.flatten(), demb.flatten(0, 1)):\n        total[at] += row\n"),
    ),
    "a list comprehension accumulates": (
        (LOOP, "    dC = torch.zeros_like(C)\n"
         "    [dC[at].add_(row) for at, row in zip(Xb.flatten(), demb.flatten(0, 1))]\n"),
    ),
    "through numpy": (
        (LOOP, "    import numpy\n    dC = torch.zeros_like(C)\n"
         "    numpy.add.at(dC.numpy(), Xb.numpy(), demb.numpy())\n"),
    ),
    "a shape put right in the return": (
        (BNMEANI, "dbnmeani = (-dbndiff).sum(0)"),
        (END, "    v = dict(locals())\n    return {k: t.reshape(v[k[1:]].shape)"
         " for k, t in v.items() if k[0] == 'd' and k[1:] in v}\n"),
    ),
    "nonlocal": (
        ("    dprobs = (1.0 / probs) * dlogprobs\n",
         "    dprobs = None\n\n    def step():\n        nonlocal dprobs\n"
         "        dprobs = dlogprobs / probs\n\n    step()\n"),
    ),
}  # fmt: skip


def refusals(report: Report) -> str:
    found = [f"{g.name} {g.verdict}: {g.diagnosis}" for g in report.gradients if not g.passes]
    return "; ".join([*found, report.error or ""])


def chained(report: Report) -> bool:
    return any(flag.flag == "judged-in-chain" for flag in report.flags)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("form", SEEN_THROUGH)
def test_passes_line_by_line(form: str, seed: int, grade_text: Grade) -> None:
    report = grade_text(SEEN_THROUGH[form](BODY), seed=seed)
    assert report.passed, refusals(report)
    assert not chained(report)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("form", IN_CHAIN)
def test_passes_in_the_chain(form: str, seed: int, grade_text: Grade) -> None:
    make: Form = IN_CHAIN[form]
    report = grade_text(make(BODY), seed=seed)
    assert report.passed, refusals(report)


@pytest.mark.parametrize("form", ["a loop", "a dict of the values' names"])
def test_says_that_it_was_the_chain(form: str, grade_text: Grade) -> None:
    assert chained(grade_text(IN_CHAIN[form](BODY)))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("lines", LINES)
def test_unusual_lines_pass(lines: str, seed: int, grade_text: Grade) -> None:
    report = grade_text(rewritten("exercise1", *LINES[lines]), seed=seed)
    assert report.passed, refusals(report)


def test_several_from_one_function(grade_text: Grade) -> None:
    linear = "\n\ndef linear(g, x, w):\n    return g @ w.T, x.T @ g, g.sum(0)\n"
    upper = "    dh = dlogits @ W2.T\n    dW2 = h.T @ dlogits\n    db2 = dlogits.sum(0)\n"
    lower = "    dembcat = dhprebn @ W1.T\n    dW1 = embcat.T @ dhprebn\n    db1 = dhprebn.sum(0)\n"
    source = rewritten(
        "exercise1",
        (upper, "    dh, dW2, db2 = linear(dlogits, h, W2)\n"),
        (lower, "    dembcat, dW1, db1 = linear(dhprebn, embcat, W1)\n"),
    )
    report = grade_text(source + linear)
    assert report.passed, refusals(report)
    assert not chained(report)


def test_the_body_is_all_of_the_answer() -> None:
    assert rewritten("exercise1") == HEAD + BODY + END
