"""A constant factor is off.

**What it is.** Every entry is the right one times the same number: a 1/n left out or
applied twice, the 2 of a square, n instead of n - 1.

**Why it matters.** The direction is right but the step size is not; combined with other
terms, the direction is wrong too.

**Example.** For `y = (x**2).mean()`, `dx = 2 * x / x.numel() * dy`.

**How to see it.** Divide your gradient by the right one, entry by entry: the quotient is
the same everywhere.
"""

from grader.diagnose.case import Case, Evidence
from grader.diagnose.factor import factor_between, names_of
from grader.diagnose.terms import held_terms


def find(case: Case) -> Evidence | None:
    factor = factor_between(case, case.result, case.expected)
    if factor is not None:
        return {"factor": factor, "names": names_of(case, factor), "term": None}
    for held in held_terms(case):
        off = {term: count for term, count in held.count.items() if count != 1}
        if not off or held.others:
            continue
        factor = next(iter(off.values()))
        alike = all(abs(count - factor) <= 1e-9 * abs(factor) for count in off.values())
        if factor and alike and len(off) < len(held.count):
            terms = " and ".join(off)
            return {"factor": factor, "names": names_of(case, factor), "term": terms}
    return None


def agree(one: Evidence, other: Evidence) -> Evidence | None:
    """The same factor at two sets of sizes: the same name for it, or the same number."""
    if one["term"] != other["term"]:
        return None
    names = [name for name in one["names"] if name in other["names"]]
    same = abs(one["factor"] - other["factor"]) <= 1e-9 * abs(one["factor"])
    if not names and not same:
        return None
    return {**one, "names": names}


def message(factor: float, names: list[str], term: str | None) -> str:
    what = names[0] if names else f"{factor:.6g}"
    whose = "every entry" if term is None else f"the part through {term}"
    return f"A constant factor is off: {whose} is {what} times what it should be."
