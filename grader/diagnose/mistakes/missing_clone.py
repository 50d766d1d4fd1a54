"""Changed afterwards through an alias: a copy is missing.

**What it is.** `b = a` does not copy a tensor; both names hold the same one. An in-place
change of b (`b += ...`, `b[i] = ...`) changes a as well.

**Why it matters.** The line that looks wrong is right: it was spoiled by a later one.

**Example.** `da = dy`, then `da += g`: now dy holds g too. `da = dy.clone()` keeps them
apart; so does `da = da + g`.

**How to see it.** `a.data_ptr() == b.data_ptr()`, or print a before and after.
"""


def message(value: str, line: int | None, alias: str | None, alias_line: int | None) -> str:
    where = f"line {line}" if line else "a later line"
    if alias is None:
        return f"d{value} was right when it was done; {where} changed it in place."
    return (
        f"d{value} was right when it was done; {where} changed it in place, for since line "
        f"{alias_line} {alias} is the same tensor: a copy is missing there."
    )
