"""Finite differences of a value of the forward pass, as a learner may have measured them."""

from dataclasses import dataclass

import torch

from grader.diagnose.case import Case

NEAR = 1e-6  # of the largest entry: how close two measured derivatives are


@dataclass(frozen=True)
class Step:
    """What is asked for where the number stands, one step further and one step back."""

    step: float
    here: torch.Tensor
    ahead: torch.Tensor
    behind: torch.Tensor

    @property
    def moved(self) -> dict[int, tuple[torch.Tensor, ...]]:
        """By how many steps lie between its ends: the differences, not divided."""
        return {
            1: (self.ahead - self.here, self.here - self.behind),
            2: (self.ahead - self.behind,),
        }


def asked_of(case: Case) -> tuple[str, str] | None:
    """(the value that is measured, the number that is to grow); None for another question, or
    where the result cannot be compared."""
    asked = case.point.exercise.slopes.get(case.name)
    comparable = case.result.shape == case.expected.shape and case.result.isfinite().all()
    return asked if comparable else None


def step_of(case: Case, of: str, at: str, step: float) -> Step:
    trial = case.point.trial

    def value(shift: float) -> torch.Tensor:
        with torch.no_grad():
            found: torch.Tensor = trial.exercise.forward(
                **{**trial.inputs, at: trial.inputs[at] + shift}
            )[of]
        return found

    return Step(step, value(0.0), value(step), value(-step))
