"""What was worked out is not handed back.

**What it is.** The method or function has lines in it, and ends without returning a value, or
without setting the attribute that is asked for: the `return` is missing, the name behind `self.`
is misspelt, or the `self.` is.

**Why it matters.** A local variable is gone when the function ends. Python returns None from a
function without a `return`, and sets any attribute you name, without a complaint.

**Example.** `def double(x): 2 * x` works out twice x and returns None.

**How to see it.** Print what the call gives, not what stands inside: `print(double(3))`.
"""


def message(function: str, target: str) -> str:
    if target == "return":
        return f"`{function}` has lines in it, and returns nothing."
    return f"`{function}` has lines in it, and sets no `{target}`."
