"""A report in a notebook."""

from dataclasses import dataclass
from typing import Any

from grader.errors import UsageProblem, did_you_mean
from grader.report import PASSING, Report


class NoPoints(AssertionError):
    """A gradient is not right: what a test in a notebook ends with."""

    def _render_traceback_(self) -> list[str]:
        """What IPython shows of it: the sentence, and no frames."""
        return [str(self)]


@dataclass(frozen=True, repr=False)
class NotebookReport:
    """Shows itself: as HTML where that is possible, else as the terminal's text."""

    facts: dict[str, Any]  # handgrad/report/v1
    text: str
    html: str

    @property
    def passed(self) -> bool:
        return bool(self.facts["passed"])

    def as_json(self) -> dict[str, Any]:
        return self.facts

    def points(self, gradient: str, worth: float = 1.0, inherited: float = 1.0) -> float:
        """What a gradient ("dprobs") is worth where its line is right; where only what it was
        given is wrong, that share of it.

        Raises NoPoints where it is not right, UsageProblem where it is not asked for.
        """
        asked = {one.label: one for one in Report.from_json(self.facts).gradients}
        if gradient not in asked:
            raise UsageProblem(f"{gradient}: not asked for{did_you_mean(gradient, asked)}")
        found = asked[gradient]
        share = 1.0 if found.verdict in PASSING else inherited * (found.verdict == "inherited")
        if not share:
            raise NoPoints(
                f"{gradient}: {found.verdict}{f' ({found.where})' if found.where else ''}"
            )
        return worth * share

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return self.html
