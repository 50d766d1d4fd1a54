"""Values that are no gradients, as a course file foretells them for a known mistake.

A value that is not a gradient has no chunk to predict a mistake from.
"""

import torch

from grader.diagnose.case import Case, kept


def foretold(case: Case, mistake: str) -> bool:
    """Whether the learner gave just what this mistake gives."""
    known = _wrong_values(case).get(mistake, {})
    return any(case.matches(value) for value in known.get(case.name, ()))


@kept
def _wrong_values(case: Case) -> dict[str, dict[str, list[torch.Tensor]]]:
    return case.point.trial.wrong_values(case.point.values)
