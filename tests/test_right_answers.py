"""Right answers in forms other than the worked one's pass, on any seed."""

from collections.abc import Callable

import pytest

from grader.report import PASSING, Report
from tests.right_forms import FORMS, Form
from tests.worked import line_of, rewritten, worked

SEEDS = (2147483647, 1, 7)


def refusals(report: Report) -> str:
    """What stands in the way of a pass, for a readable failure."""
    return "; ".join(
        [f"{g.name} {g.verdict}: {g.diagnosis}" for g in report.gradients if not g.passes]
        + [report.error or ""]
    )


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name.replace(" ", "-"))
def test_passes_on_every_seed(form: Form, grade_text: Callable[..., Report]) -> None:
    source = rewritten(form.exercise, *form.rewrites)
    assert source != worked(form.exercise)
    for seed in SEEDS:
        report = grade_text(source, form.exercise, seed=seed)
        assert report.passed, f"seed {seed}: {refusals(report)}"
        assert all(gradient.verdict in PASSING for gradient in report.gradients)


def test_a_dict_of_other_names_passes_and_has_its_lines(
    grade_text: Callable[..., Report],
) -> None:
    end = "    answer = dlogits\n    return {'dlogits': answer}\n"
    source = rewritten("exercise2", ("    return locals()\n", end)).replace("dlogits", "delta")
    source = source.replace("'delta'", "'dlogits'")
    report = grade_text(source, "exercise2")
    assert report.passed, refusals(report)
    assert report.gradients[0].line == line_of(source, "'dlogits'")


def test_the_table_names_every_form_once() -> None:
    names = [form.name for form in FORMS]
    assert len(set(names)) == len(names)
