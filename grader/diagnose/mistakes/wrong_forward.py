"""The backward depends on a forward that is wrong.

**What it is.** The backward of a layer reads what its forward stored: an output, a mean, a
normalised input. If those are wrong, the gradients are wrong too, whether or not the lines
of the backward are right.

**Why it matters.** The backward cannot be judged before the forward is right: the formula
that is right for one forward is wrong for another.

**Example.** A layer computes `y = x**2` but stores `self.y = x**3`: a backward that reads
`self.y` will be wrong, even where its formula is right.

**How to see it.** Fix the forward first, then grade again.
"""


def message(value: str) -> str:
    return f"This depends on what the forward stored, and {value} is wrong: fix that first."
