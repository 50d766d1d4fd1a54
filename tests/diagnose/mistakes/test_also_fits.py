"""What else would give the same numbers is named only where a learner could have done it."""

from collections.abc import Callable

import pytest

from grader.diagnose.mistakes import CASE_OF, OF_VALUES, PREDICTED
from grader.report import Report
from tests.worked import rewritten

Rewrite = tuple[str, str]


@pytest.mark.parametrize(
    ("mistake", "rewrite", "also"),
    [
        (
            "sign-flipped",
            ("dnorm_logits = counts * dcounts", "dnorm_logits = -counts * dcounts"),
            [],
        ),
        ("mean-for-sum", ("(bnraw * dhpreact).sum(0", "(bnraw * dhpreact).mean(0"), []),
        ("overwritten", ("dcounts += ", "dcounts = "), []),
        (
            "keepdim-lost",
            ("(counts * dprobs).sum(1, keepdim=True)", "(counts * dprobs).sum(1)"),
            [],
        ),
        (
            "upstream-left-out",
            ("dnorm_logits = counts * dcounts", "dnorm_logits = counts"),
            ["value-for-gradient"],
        ),
    ],
)
def test_more_general_words_for_the_same_are_no_other_mistake(
    mistake: str, rewrite: Rewrite, also: list[str], grade_text: Callable[..., Report]
) -> None:
    first = grade_text(rewritten("exercise1", rewrite)).first_own_error
    assert first is not None
    assert first.diagnosis is not None
    assert first.diagnosis.mistake == mistake
    assert first.diagnosis.evidence.get("also_fits", []) == also


def test_the_more_general_ones_are_known_and_tried_later() -> None:
    for mistake, general in CASE_OF.items():
        tried = PREDICTED if mistake in PREDICTED else OF_VALUES
        for other in general:
            assert tried.index(mistake) < tried.index(other)
