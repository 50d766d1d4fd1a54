"""A backward that rests on a forward which is not right.

**What it is.** The backward of a layer reads what its forward kept: an output, a mean, a
normalised input. Where these are wrong, what the backward makes of them is wrong too, whether
its own lines are right or not.

**Why it matters.** No line of the backward can be judged before, and the formula that is right
for one forward is wrong for another.

**Example.** For `y = x**2`, kept as `self.y = x**3`: a backward that reads self.y cannot give
`2 * x * dy`, whatever it does.

**How to see it.** Put the forward right first, then grade again.
"""


def message(value: str) -> str:
    return f"{value} is not right, and this is made of what its forward kept: put that right first."
