"""From a gradient that is not right to the mistake behind it, where one is recognised.

What was observed comes first (a shape, a NaN, a tensor changed afterwards). The rest are
predictions: each known mistake works out what it would have given, and is named only if
that is what the line gave, at the lecture's sizes and at others.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import torch

from grader.bench.point import NOTHING, nearest
from grader.diagnose.arithmetic import in_method_words
from grader.diagnose.case import Case
from grader.diagnose.events import (
    afterwards,
    d_left_out,
    elsewhere,
    in_order,
    input_bound,
    memorised,
    not_attached,
    not_returned,
    on_a_wrong_forward,
    unfit,
)
from grader.diagnose.mistakes import CASE_OF, OF_VALUES, PREDICTED, diagnosis, module_of
from grader.judge.facts import Facts
from grader.judge.lines import LineRun
from grader.judge.verdict import Verdict
from grader.protocol.messages import Ended
from grader.report import PASSING, Diagnosis

# These mistakes sit in another line than the one that shows: it is right, or not there.
ELSEWHERE = (
    "d-left-out",
    "missing-clone",
    "forward-value-changed",
    "hard-coded-size",
    "memorised-numbers",
)


def diagnose(facts: Facts, gradient: Verdict) -> Diagnosis | None:
    """None where all is well, or where no known mistake fits."""
    accepted = gradient.verdict in (*PASSING, "wrong_shape")  # the latter under --strict
    if accepted and gradient.shown.right and facts.has_other_leading_ones(gradient.name):
        shapes = {"shape": gradient.shown.shape, "expected": gradient.expected_shape}
        return diagnosis("keepdim-lost", shapes)
    if gradient.verdict == "approximate" and not (gradient.own_exact or gradient.row.is_value):
        return diagnosis("rounding-only", {"maxdiff": gradient.shown.maxdiff})
    if gradient.verdict == "missing":
        return not_returned(facts, gradient) or d_left_out(facts, gradient)
    if gradient.verdict not in ("wrong", "wrong_shape"):
        return None
    return (
        input_bound(facts, gradient)
        or memorised(facts, gradient)
        or afterwards(facts, gradient)
        or on_a_wrong_forward(facts, gradient)
        or not_attached(facts, gradient)
        or in_order(facts, gradient)
        or _predicted(facts, gradient)
        or unfit(facts, gradient)
        or elsewhere(facts, gradient)
    )


def line_to_fix(gradient: Verdict, found: Diagnosis | None) -> int | None:
    """The gradient's own line, or the one that changed it."""
    if found is None or found.mistake not in ELSEWHERE:
        return gradient.line
    line: int | None = found.evidence.get("alias_line") or found.evidence.get("line")
    return line or gradient.line


def _predicted(facts: Facts, gradient: Verdict) -> Diagnosis | None:
    """The first known mistake that gives these numbers; the others that do are named too."""
    name, line = gradient.name, facts.lines[gradient.name]
    unfit = [c.unfit for c in facts.comparisons[name] if c is not None and c.unfit is not None]
    if any(what.mistake in ("wrong-dtype", "no-plain-number") for what in unfit):
        return None  # rounded to integers, say: its numbers tell nothing
    if not line.decidable:
        pairs = [*_cases(facts, name, facts.runs_of(name)), *_chain_cases(facts, name)]
    else:
        runs = facts.runs_of(name)
        if (
            line.first_wrong_run is not None
            and line.first_wrong_run is not runs[0]
            and len(runs) > 1
        ):
            return elsewhere(facts, gradient)
        pairs = [*_cases(facts, name, runs), *_cases(facts, name, facts.sibling_runs(name))]
    # Where the line is right when it is run alone, what it gave says nothing of a mistake.
    pairs = [cases for cases in pairs if not all(case.right for case in cases)]
    fits: list[tuple[str, dict[str, Any]]] = []
    for cases in pairs:
        for mistake in OF_VALUES if name in facts.exercise.values else PREDICTED:
            evidence = _evidence(mistake, cases)
            if evidence is not None and mistake not in [known for known, _ in fits]:
                fits.append((mistake, evidence))
        if fits:
            break
    if not fits:
        return None
    mistake, evidence = fits[0]
    others = [other for other, _ in fits[1:] if other not in CASE_OF.get(mistake, ())]
    found = diagnosis(mistake, evidence)
    return replace(found, evidence={**evidence, "also_fits": others}) if others else found


def _evidence(mistake: str, cases: tuple[Case, ...]) -> dict[str, Any] | None:
    """What the mistake shows in every case; None where it does not fit one of them."""
    module = module_of(mistake)
    found = []
    for case in cases:
        evidence = module.find(case)
        if evidence is None:
            return None
        found.append(in_method_words(case, evidence))
    first: dict[str, Any] = found[0]
    if len(found) > 1 and hasattr(module, "agree"):
        agreed: dict[str, Any] | None = module.agree(found[0], found[1])
        return agreed
    return first


def _cases(facts: Facts, name: str, runs: tuple[LineRun, ...]) -> Iterator[tuple[Case, ...]]:
    """The line runs, for each cut that the line may start from, the chunk's own first.

    One that was seen to move with stand-ins is not a closed form, which starts from nothing.
    """
    near, cut = nearest(facts.exercise, name), facts.dependencies.cut_of(name)
    cuts = dict.fromkeys((near, cut or NOTHING))
    written = facts.submission.gradients.get(facts.exercise.key(name))
    own = set() if written is None else {write.line for write in written.writes}
    for cut in cuts:
        cases = [
            Case(run.point, name, cut, result, facts.submission)
            for run in runs
            if not _raised_in(run, own)
            and (result := run.result(name)) is not None
            and result.dtype is torch.float64
        ]
        if cases and runs[0].result(name) is not None:
            yield tuple(cases)


def _raised_in(run: LineRun, lines: set[int]) -> bool:
    """Whether one of these lines raised there, so that it left half a gradient: `d[Yb] -= 1`
    finds no row 20 in a smaller batch."""
    return not isinstance(run.answer, Ended) and bool(lines & run.answer.failures.keys())


def _chain_cases(facts: Facts, name: str) -> Iterator[tuple[Case, ...]]:
    """Where lines cannot be judged alone: the function as written, against the true gradient."""
    cases = []
    for run in (facts.decision, facts.other_sizes):
        given = run.given.get(name)
        if given is not None and given.dtype is run.reference.gradients[name].dtype:
            cases.append(Case(run.true_point(), name, NOTHING, given, facts.submission))
    if cases:
        yield tuple(cases)
