"""A tensor was changed later through an alias: a copy is missing.

**What it is.** `b = a` does not copy a tensor; both names refer to the same one. An
in-place change of b (`b += ...`, `b[i] = ...`) changes a as well.

**Why it matters.** The line that looks wrong is right: a later line spoiled its result.

**Example.** After `da = dy` and `da += g`, dy contains g too. `da = dy.clone()` keeps them
apart; so does `da = da + g`.

**How to see it.** `a.data_ptr() == b.data_ptr()`, or print a before and after.
"""


def message(value: str, line: int | None, alias: str | None, alias_line: int | None) -> str:
    where = f"line {line}" if line else "a later line"
    if alias is None:
        return f"d{value} was right when it was computed; {where} changed it in place."
    return (
        f"d{value} was right when it was computed; {where} changed it in place, because since line "
        f"{alias_line} {alias} is the same tensor. Make a copy there: `.clone()`."
    )
