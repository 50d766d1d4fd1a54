"""The windows were added back in the reversed order.

**What it is.** Entry j of a window was added to the position that another entry came from: the
first to the last one's place and so on.

**Why it matters.** The shapes agree, and in the middle of a long row the sums even look alike.

**Example.** Of `[a, b, c, d]` the windows of width 2 are `ab`, `bc`, `cd`: entry 1 of the first one
came from position 1, so its gradient goes to position 1, not to position 0.

**How to see it.** Set one entry of one window's gradient to 1: only the position that this
entry was read from may change.
"""

from grader.diagnose.case import Case, Evidence


def find(case: Case) -> Evidence | None:
    for chunk in case.consumers:
        if ".unfold(" not in chunk.expression:
            continue
        upstream = case.upstream(chunk)
        contribution = case.send_back(chunk, upstream=upstream.flip(-1))
        whole = None if contribution is None else case.with_other(chunk, contribution)
        if whole is not None and case.matches(whole):
            return {"chunk": chunk.source}
    return None


def message(chunk: str) -> str:
    return (
        f"The windows of `{chunk}` go back in reversed order: entry j of a window came from j "
        "positions after its start."
    )
