"""The result was computed but not returned.

**What it is.** The method or function has code in it, but it ends without returning a
value, or without setting the attribute that is asked for: the `return` is missing, the name
after `self.` is misspelt, or the `self.` itself is missing.

**Why it matters.** A local variable is gone when the function ends. Python returns None
from a function without a `return`, and lets you set an attribute of any name, without a
complaint.

**Example.** `def double(x): 2 * x` computes twice x and returns None.

**How to see it.** Print what the call returns, not what is computed inside:
`print(double(3))`.
"""


def message(function: str, target: str) -> str:
    if target == "return":
        return f"`{function}` has code in it, but returns nothing."
    return f"`{function}` has code in it, but never sets `{target}`."
