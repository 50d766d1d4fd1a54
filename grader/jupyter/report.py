"""A report in a notebook."""

from dataclasses import dataclass
from typing import Any


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

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return self.html
