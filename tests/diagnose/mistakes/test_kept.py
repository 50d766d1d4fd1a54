"""What is kept of a diagnosis for the next submission holds nothing of the one before."""

from collections.abc import Callable

from grader.report import Diagnosis, Report
from tests.worked import rewritten

GRADIENT = "dhpreact = (1.0 - h**2) * dh"
WRONG = {
    "wrong-exponent": "dhpreact = (1.0 - h**3) * dh",
    "sign-flipped": "dhpreact = (1.0 + h**2) * dh",
    "wrong-factor": "dhpreact = (1.0 - 3 * h**2) * dh",
    "local-derivative-left-out": "dhpreact = 1.0 * dh",
    "upstream-left-out": "dhpreact = 1.0 - h**2",
}


def test_each_is_told_its_own_mistake_in_whichever_order_they_come(
    grade_text: Callable[..., Report],
) -> None:
    def told(line: str) -> Diagnosis | None:
        first = grade_text(rewritten("exercise1", (GRADIENT, line))).first_own_error
        return None if first is None else first.diagnosis

    once = {mistake: told(line) for mistake, line in WRONG.items()}
    assert {mistake: found and found.mistake for mistake, found in once.items()} == {
        mistake: mistake for mistake in WRONG
    }
    again = {mistake: told(line) for mistake, line in reversed(WRONG.items())}
    assert again == once
