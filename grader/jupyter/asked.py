"""What the kernel asks of the process that grades."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from grader.course import EXERCISES
from grader.errors import UnknownExercise, UsageProblem

SEED = 2147483647  # the lecture's
TIMEOUT = 10.0  # seconds for one call
MOST_SECONDS, HIGHEST_SEED = 3600.0, 2**63 - 3


@dataclass(frozen=True)
class RunCell:
    """A cell that the kernel has run, as it was typed."""

    count: int  # the number that it was run as
    source: str


@dataclass(frozen=True)
class Asked:
    exercise: str
    again: str  # what is typed to grade again
    seed: int = SEED
    strict: bool = False
    timeout: float = TIMEOUT
    names: Mapping[str, str] = field(default_factory=dict)  # by gradient, the notebook's own name
    cells: tuple[RunCell, ...] = ()
    alone: bool = False  # of the last cell only what it writes itself is graded
    script: str | None = None  # in the place of cells: the path of a script

    def __post_init__(self) -> None:
        """Raises UsageProblem for what cannot be asked."""
        if self.exercise not in EXERCISES:
            raise UnknownExercise(self.exercise, EXERCISES)
        if not 0 <= self.seed <= HIGHEST_SEED:
            raise UsageProblem(f"seed {self.seed}: from 0 to {HIGHEST_SEED}.")
        if not 0.1 <= self.timeout <= MOST_SECONDS:
            raise UsageProblem(f"timeout {self.timeout:g}: from 0.1 to {MOST_SECONDS:g} seconds.")

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> "Asked":
        cells = tuple(RunCell(**cell) for cell in fields.pop("cells"))
        return cls(cells=cells, **fields)
