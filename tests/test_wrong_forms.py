"""Single mistakes in unusual forms: none passes, each is named, and what follows from it is
inherited."""

from collections.abc import Callable

import pytest

from grader.report import Report
from tests.whole_forms import BODY, IN_CHAIN, SEEN_THROUGH
from tests.worked import Rewrite, rewritten

Grade = Callable[..., Report]

LOGIT_MAXES = "(-dnorm_logits).sum(1, keepdim=True)"
BRANCH = (
    "    dlogits += F.one_hot(logits.max(1).indices, num_classes=logits.shape[1]) * dlogit_maxes\n"
)
COUNTS = ("dcounts = counts_sum_inv * dprobs", "dcounts = -counts_sum_inv * dprobs")
BNVAR = ("-0.5 * (bnvar", "0.5 * (bnvar")

# Of these the wrong one gives the very numbers that are due.
LUCK: dict[str, tuple[str, Rewrite]] = {
    "zero for logit_maxes": ("logit_maxes", (LOGIT_MAXES, "torch.zeros_like(logit_maxes)")),
    "a sign where all is zero": ("logit_maxes", (LOGIT_MAXES, LOGIT_MAXES.replace("-", "+"))),
    "zero for b1": ("b1", ("db1 = dhprebn.sum(0)", "db1 = torch.zeros_like(b1)")),
    "the branch of the max": ("logits", (BRANCH, "")),
    "no clone": ("norm_logits", ("dnorm_logits.clone()", "dnorm_logits")),
}
MISTAKES: dict[str, tuple[tuple[str, ...], tuple[Rewrite, ...]]] = {
    "one": (("counts",), (COUNTS,)),
    "two": (("counts", "bnvar"), (COUNTS, BNVAR)),
    "two that cancel": (
        ("logprobs", "hpreact"),
        (("= -1.0 / n", "= -1.0"), ("(1.0 - h**2) * dh", "(1.0 - h**2) * dh / n")),
    ),
}


def own(report: Report) -> set[str]:
    return {g.name for g in report.gradients if not g.passes and g.verdict != "inherited"}


def changed(*rewrites: Rewrite) -> str:
    body = BODY
    for old, new in rewrites:
        assert body.count(old) == 1
        body = body.replace(old, new)
    return body


@pytest.mark.parametrize("luck", LUCK)
@pytest.mark.parametrize("form", SEEN_THROUGH)
def test_right_by_luck_is_refused(form: str, luck: str, grade_text: Grade) -> None:
    name, rewrite = LUCK[luck]
    report = grade_text(SEEN_THROUGH[form](changed(rewrite)))
    assert not report.passed
    assert own(report) == {name}


@pytest.mark.parametrize("mistake", MISTAKES)
@pytest.mark.parametrize("form", SEEN_THROUGH)
def test_each_own_error_is_named(form: str, mistake: str, grade_text: Grade) -> None:
    names, rewrites = MISTAKES[mistake]
    report = grade_text(SEEN_THROUGH[form](changed(*rewrites)))
    assert not report.passed
    assert own(report) == set(names)


@pytest.mark.parametrize("luck", ["zero for logit_maxes", "zero for b1"])
@pytest.mark.parametrize("form", IN_CHAIN)
def test_a_zero_that_moves_with_nothing_is_refused(form: str, luck: str, grade_text: Grade) -> None:
    name, rewrite = LUCK[luck]
    report = grade_text(IN_CHAIN[form](changed(rewrite)))
    assert not report.passed
    assert own(report) == {name}


@pytest.mark.parametrize("form", IN_CHAIN)
def test_in_the_chain_the_first_is_named_and_the_rest_inherited(
    form: str, grade_text: Grade
) -> None:
    report = grade_text(IN_CHAIN[form](changed(COUNTS)))
    assert not report.passed
    assert own(report) == {"counts"}


def test_where_a_mistake_blows_the_network_up_no_right_line_is_accused(
    grade_text: Grade,
) -> None:
    """The training run ends in NaN then, and so would the right gradients."""
    rewrite = ("dscores = att * (datt", "dscores = 1e200 * att * (datt")
    report = grade_text(rewritten("exercise8", rewrite), "exercise8")
    assert report.training is not None
    assert report.training.losses[-1] != report.training.losses[-1]
    assert own(report) == {"scores"}
