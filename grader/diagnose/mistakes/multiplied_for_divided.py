"""The local derivative stands on the wrong side of the fraction bar.

**What it is.** The upstream gradient was divided by the local derivative where it should be
multiplied by it. Most often a quotient is the culprit: `dy * 2 * y` for `dy / (2 * y)`; in Python,
`dy / 2 * y` multiplies by y as well.

**Why it matters.** Where the local derivative is near 1 the two are almost the same.

**Example.** For `y = x**0.5`, `dx = dy / (2 * y)`.

**How to see it.** Where the curve is steep, a small change of x has a large effect: dx should be
large there.
"""

from grader.diagnose.case import Case, Evidence


def find(case: Case) -> Evidence | None:
    for chunk in case.consumers:
        upstream = case.upstream(chunk)
        local = case.send_back(chunk, case.ones_like(upstream))
        if local is None or local.shape != upstream.shape or not bool((local != 0).all()):
            continue
        if bool((local.abs() - 1).abs().max() < 0.01):
            continue
        whole = case.with_other(chunk, upstream / local)
        if whole is not None and case.matches(whole):
            return {"chunk": chunk.source, "upstream": f"d{chunk.name}"}
    return None


def message(chunk: str, upstream: str) -> str:
    return (
        f"{upstream} is divided by the derivative of `{chunk}` instead of multiplied by it: what "
        "belongs below the fraction bar stands above it, or the other way round."
    )
