"""Part of the difference quotient is missing.

**What it is.** A slope is a difference divided by a step: `(f(x + h) - f(x)) / h`. Without
the division it is almost 0, because h is small; without the subtraction it is huge.

**Why it matters.** How far the result moved says nothing by itself. The slope is how far it
moved per unit of x.

**Example.** For `f(x) = x**3` at 1 and `h = 0.001` the difference is 0.003, the slope is 3,
and `f(x + h) / h` is 1003.

**How to see it.** Make h ten times smaller. A slope hardly changes; a result that becomes
ten times smaller was not divided by h, and one that becomes ten times larger lacks the
subtraction.
"""

from grader.diagnose.case import Case, Evidence
from grader.diagnose.differences import NEAR, asked_of, step_of
from grader.diagnose.mistakes.wrong_step import STEPS
from grader.tensors import close

FAR = 1000.0  # times the slope: what a small step makes of anything but a small difference
LARGEST = 0.02  # of the slope: a difference that was not divided by its small step


def find(case: Case) -> Evidence | None:
    asked = asked_of(case)
    if asked is None or not case.result.any():
        return None
    for size in (step for step in STEPS if step < 1):  # divided by 1 or not is the same
        step = step_of(case, *asked, size)
        here, ahead, behind = step.here, step.ahead, step.behind
        if any(
            close(d, case.result, by=NEAR)
            for differences in step.moved.values()
            for d in differences
        ):
            return {"without": "division"}
        sums = (ahead, here + ahead, behind, here + behind, here)
        both = (ahead, ahead + behind, behind, here)
        quotients = [*(part / size for part in sums), *(part / 2 / size for part in both)]
        if any(
            close(part, case.result, by=NEAR) or close(-part, case.result, by=NEAR)
            for part in quotients
        ):
            return {"without": "subtraction"}
    ratio = case.result / case.expected
    if ratio.isfinite().all() and ratio.abs().median() > FAR:
        return {"without": "subtraction"}
    largest = float(ratio.abs().max())
    if 0 < largest <= LARGEST and close(ratio, ratio.mean().expand_as(ratio), by=largest + 1e-4):
        return {"without": "division"}
    return None


def message(without: str) -> str:
    if without == "division":
        return "This is how far the result moved; it still has to be divided by the step h."
    return "Far too large: nothing, or the wrong thing, is subtracted before dividing by h."
