"""Values that are no gradients, as a course file foretells them for a known mistake.

A value that is not a gradient has no chunk to predict a mistake from.
"""

from grader.diagnose.case import Case


def foretold(case: Case, mistake: str) -> bool:
    """Whether the learner gave just what this mistake gives."""
    known = case.point.trial.wrong_values(case.point.values).get(mistake, {})
    return any(case.matches(value) for value in known.get(case.name, ()))
