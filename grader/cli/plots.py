"""`grade EXERCISE --plots FILE`: what the learner's layers do in a deep stack, as a page."""

from pathlib import Path

import click

from grader.errors import UsageProblem
from grader.grading import Grader
from grader.render.plots import plots_page
from grader.report import Report
from grader.syntax.submission import Submission
from grader.train.layer_statistics import NotMade, stacks


def draw(grader: Grader, submission: Submission, report: Report, to: Path) -> bool:
    """Write the page where every layer is right. False where it was not made, with the reason
    on stderr; raises UsageProblem where the file cannot be written."""
    if not report.passed:
        click.echo("The plots wait until every layer is right.", err=True)
        return False
    try:
        options = grader.options
        found = stacks(grader.launcher, submission, grader.data, options.seed, options.timeout)
        page = plots_page(list(found), report.submission)
    except NotMade as reason:
        click.echo(f"No plots were made: {reason}", err=True)
        return False
    try:
        to.write_text(page, encoding="utf-8")
    except OSError as error:
        raise UsageProblem(f"{to}: cannot be written ({error.strerror}).") from None
    click.echo(f"The plots are in {to}.", err=True)
    return True
