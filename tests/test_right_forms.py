"""Right answers in unusual but honest forms: none is refused, and the report says where a
line could not be judged on its own."""

from collections.abc import Callable

import pytest

from grader.report import Report
from tests.whole_forms import BODY, END, HEAD, IN_CHAIN, SEEN_THROUGH, Form
from tests.worked import line_of, rewritten

Grade = Callable[..., Report]
SEED = 3


def refusals(report: Report) -> str:
    found = [f"{g.name} {g.verdict}: {g.diagnosis}" for g in report.gradients if not g.passes]
    return "; ".join([*found, report.error or ""])


def chained(report: Report) -> bool:
    return any(flag.flag == "judged-in-chain" for flag in report.flags)


@pytest.mark.parametrize("form", SEEN_THROUGH)
def test_passes_line_by_line(form: str, grade_text: Grade) -> None:
    report = grade_text(SEEN_THROUGH[form](BODY), seed=SEED)
    assert report.passed, refusals(report)
    assert not chained(report)


@pytest.mark.parametrize("form", IN_CHAIN)
def test_passes_in_the_chain(form: str, grade_text: Grade) -> None:
    make: Form = IN_CHAIN[form]
    report = grade_text(make(BODY), seed=SEED)
    assert report.passed, refusals(report)


@pytest.mark.parametrize("form", ["a loop", "a dict of the values' names"])
def test_says_that_it_was_the_chain(form: str, grade_text: Grade) -> None:
    assert chained(grade_text(IN_CHAIN[form](BODY)))


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


def test_a_dict_of_other_names_passes_and_has_its_lines(grade_text: Grade) -> None:
    end = "    answer = dlogits\n    return {'dlogits': answer}\n"
    source = rewritten("exercise2", ("    return locals()\n", end)).replace("dlogits", "delta")
    source = source.replace("'delta'", "'dlogits'")
    report = grade_text(source, "exercise2")
    assert report.passed, refusals(report)
    assert report.gradients[0].line == line_of(source, "answer = ")


def test_the_body_is_all_of_the_answer() -> None:
    assert rewritten("exercise1") == HEAD + BODY + END
