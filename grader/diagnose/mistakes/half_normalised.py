"""Only one half of normalising is done.

**What it is.** To normalise is to take off the mean and to divide by the deviation. One of
the two is missing.

**Why it matters.** The numbers keep a shift, or their size, and the next layer saturates as
it would have without.

**Example.** Of 8 and 12 the mean is 10: -2 and 2 are shifted only, and 0.8 and 1.2 only
made small.

**How to see it.** Look at the mean and the deviation of each column of what goes out,
without gain and bias: 0 and 1.
"""

from grader.diagnose.mistakes.case import Case, Evidence
from grader.diagnose.mistakes.foretold import foretold


def find(case: Case) -> Evidence | None:
    return {"value": case.name} if foretold(case, "half-normalised") else None


def message(value: str) -> str:
    return (
        f"{value} lacks one half of normalising: the mean taken off, or the deviation divided by."
    )
