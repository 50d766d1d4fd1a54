"""The running statistics are used in training.

**What it is.** While a network is trained, a layer is to normalise by the batch at hand;
this one uses what it has gathered so far.

**Why it matters.** At the start it has gathered nothing, so nothing is normalised. And the
backward of such a layer is another one, for the statistics are no longer made of x.

**Example.** To compare the marks of one class you take the mean of that class, and not that
of the school.

**How to see it.** What goes out in training, less its bias and by its gain, has mean 0 and
deviation 1 in each column.
"""

from grader.diagnose.mistakes.case import Case, Evidence
from grader.diagnose.mistakes.foretold import foretold


def find(case: Case) -> Evidence | None:
    return {"value": case.name} if foretold(case, "running-used-in-training") else None


def message(value: str) -> str:
    return f"{value} comes from the running statistics; in training the batch's own are due."
