"""Only half of the normalisation is done.

**What it is.** To normalise is to subtract the mean and to divide by the standard
deviation. One of the two is missing.

**Why it matters.** The numbers keep their offset, or their size, and the next layer
saturates just as it would have without the layer.

**Example.** The mean of 8 and 12 is 10, their standard deviation (with n) is 2. Subtracting
alone gives -2 and 2, dividing alone gives 4 and 6; both together give -1 and 1.

**How to see it.** Look at the mean and the standard deviation of each output column, before
gain and bias: they should be 0 and 1.
"""

from grader.diagnose.case import Case, Evidence
from grader.diagnose.predicted_by_course import foretold


def find(case: Case) -> Evidence | None:
    return {"value": case.name} if foretold(case, "half-normalised") else None


def message(value: str) -> str:
    return (
        f"{value} is only half normalised: the mean was not subtracted, or the standard deviation "
        "not divided by."
    )
