"""Where a notebook's saved output says otherwise than the report: both, and why."""

from collections.abc import Iterable, Iterator

from grader.report import Flag, GradientReport, Report
from grader.syntax.saved_output import Printed
from grader.syntax.submission import Submission

TANH = "hpreact"  # from here on down torch's vectorised tanh shows
ROUNDING = 1e-6  # in the lecture's gradients anything smaller is
AFRESH = "It was saved by other lines than these: run all cells again."
REASONS = {
    "kernels": "With torch's vectorised kernels, as in your notebook, tanh differs in the last bit "
    "from the textbook's derivative; here torch runs without them (--native keeps them).",
    "rounding": "It is rounding, which differs from one torch or machine to the next.",
    "one batch": "`cmp` looks at one batch; here other inputs and sizes are tried as well.",
    "coarse": "In float32 `torch.allclose` lets it pass; float64 shows the difference.",
    "chance": "The error is 0 in this network only; with another upstream gradient it is not.",
    "broadcast": "`cmp` broadcasts one shape against the other, and does not see that they differ.",
    "near zero": "`torch.allclose` refuses rounding where the numbers are near 0.",
    "itself": "`cmp` compared PyTorch's gradient with itself.",
    "peeks": "In your notebook PyTorch's gradient stood above it.",
    "above": "A gradient above it is not what it was then. " + AFRESH,
    "names": "Your kernel still knew a name that no cell of the notebook gives. " + AFRESH,
    "afresh": AFRESH,
}


def saved_flags(report: Report, submission: Submission) -> Iterator[Flag]:
    """One for each reason, with all gradients that are told the same."""
    by_name = {gradient.name: gradient for gradient in report.gradients}
    groups: dict[tuple[str, bool, bool, str], list[tuple[Printed, GradientReport]]] = {}
    exact_above = _exact_above_tanh(submission.printed, list(by_name))
    for printed in submission.printed:
        gradient = by_name.get(printed.name)
        if gradient is not None:
            why = _why(printed, gradient, report, exact_above)
            alike = why, printed.exact, printed.approximate, gradient.verdict
            groups.setdefault(alike, []).append((printed, gradient))
    for (why, *_), pairs in groups.items():
        if why:
            yield Flag("saved-output", f"{_both(pairs)} {REASONS[why]}")


def _exact_above_tanh(printed: Iterable[Printed], names: list[str]) -> bool:
    below = names[names.index(TANH) :] if TANH in names else []
    return all(one.exact or not one.approximate for one in printed if one.name not in below)


def _why(saved: Printed, gradient: GradientReport, report: Report, exact_above: bool) -> str:
    """A key of REASONS; "" where both say the same."""
    names = [other.name for other in report.gradients]
    if gradient.passes and saved.approximate:
        if saved.exact == gradient.exact:
            return ""
        below = TANH in names and names.index(gradient.name) >= names.index(TANH)
        return "kernels" if gradient.exact and below and exact_above else "rounding"
    if gradient.passes:
        return "near zero" if saved.maxdiff < ROUNDING else "afresh"
    return _why_not(gradient, report) if saved.approximate else ""


def _why_not(gradient: GradientReport, report: Report) -> str:
    """Of one that `cmp` let pass."""
    takes = any(flag.flag == "reads-grad" for flag in report.flags)
    mistake = None if gradient.diagnosis is None else gradient.diagnosis.mistake
    match gradient.verdict:
        case "missing":
            return "itself" if takes else "afresh"
        case "inherited":
            return "peeks" if takes else "" if gradient.approximate else "above"
        case "errored":
            return "names"
        case "wrong_shape":
            return "broadcast"
        case "wrong" if mistake in ("hard-coded-size", "memorised-numbers"):
            return "one batch"
        case "wrong" if gradient.approximate:
            return "chance" if gradient.worst is None else "coarse"
    return "afresh"


def _both(pairs: list[tuple[Printed, GradientReport]]) -> str:
    """`The saved output of [8] says exact: False, approximate: True of dh; here it is exact.`"""
    printed, gradient = pairs[0]
    cells = ", ".join(dict.fromkeys(one.cell for one, _ in pairs))
    names = ", ".join(one.label for _, one in pairs)
    said = f"exact: {printed.exact}, approximate: {printed.approximate}"
    be = "it is" if len(pairs) == 1 else "they are"
    return f"The saved output of {cells} says {said} of {names}; here {be} {gradient.verdict}."
