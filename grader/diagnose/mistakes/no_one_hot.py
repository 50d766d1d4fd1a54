"""The one-hot part was left out.

**What it is.** An operation that picks one entry of a row (the target's log-probability,
the row's maximum) sends its gradient to that entry alone. That term is missing, or it went
to the whole row.

**Why it matters.** The gradient of cross-entropy is `softmax - one_hot`: without the
one-hot it pushes every logit down and none up.

**Example.** For `m = x.max(1, keepdim=True).values`, dx is dm at each row's largest entry
and 0 elsewhere.

**How to see it.** Sum a row of dlogits: for cross-entropy the sum is 0.
"""

from grader.diagnose.case import Case, Evidence, stretched
from grader.diagnose.terms import held_terms, told


def find(case: Case) -> Evidence | None:
    for held in held_terms(case):
        lost = [term for term, count in held.count.items() if "one-hot" in term and count == 0]
        rest = [count for term, count in held.count.items() if term not in lost]
        if lost and rest and not held.others and all(count == 1 for count in rest):
            return {"what": lost[0], "everywhere": False}
    return told(case, "no-one-hot") or _whole_row(case)


def _whole_row(case: Case) -> Evidence | None:
    """The gradient of a chunk that picks one entry of a row, sent to the whole row."""
    for chunk in case.consumers:
        own, upstream = case.contributions[chunk.name], case.upstream(chunk)
        numbers = own[own != 0]
        picks = own.dim() == 2 and 0 < len(numbers) <= len(own) and own.shape[1] > 1
        if not picks or own.shape == upstream.shape:
            continue
        same = bool((numbers == numbers[0]).all())
        rows = upstream.unsqueeze(-1) if upstream.shape == own.shape[:-1] else upstream
        everywhere = stretched(numbers[0] if same else rows, own.shape)
        whole = None if everywhere is None else case.with_other(chunk, everywhere)
        if whole is not None and case.matches(whole):
            return {"what": f"`{chunk.source}`", "everywhere": True}
    return None


def message(what: str, everywhere: bool) -> str:
    if everywhere:
        return f"{what} concerns one entry of each row; here it was applied to the whole row."
    return f"{what[0].upper()}{what[1:]} was left out: only the entries that it picks are wrong."
