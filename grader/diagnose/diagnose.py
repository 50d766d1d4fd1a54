"""From a gradient that is not right to the mistake behind it, where one is recognised.

What was observed comes first (a shape, a NaN, a tensor changed afterwards). The rest are
predictions: each known mistake works out what it would have given, and is named only if
that is what the line gave, at the lecture's sizes and at others.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import torch

from grader.diagnose.events import (
    afterwards,
    elsewhere,
    in_order,
    memorised,
    not_attached,
    not_returned,
    on_a_wrong_forward,
    unfit,
)
from grader.diagnose.mistakes import CASE_OF, OF_VALUES, PREDICTED, diagnosis, module_of
from grader.diagnose.mistakes.case import Case
from grader.judge.lines import NOTHING, LineRun
from grader.judge.verdict import OTHER_SIZES, Judge
from grader.judge.vjp import Scene, nearest
from grader.report import Diagnosis, GradientReport

# The line that shows is right; these mistakes sit in the line that changed it.
ELSEWHERE = ("missing-clone", "forward-value-changed")


def diagnose(judge: Judge, gradient: GradientReport) -> Diagnosis | None:
    """None where all is well, or where no known mistake fits."""
    if gradient.verdict == "approximate" and not (gradient.own_exact or gradient.is_value):
        return diagnosis("rounding-only", {"maxdiff": gradient.maxdiff})
    if gradient.verdict == "missing":
        return not_returned(judge, gradient)
    if gradient.verdict not in ("wrong", "wrong_shape"):
        return None
    return (
        memorised(judge, gradient)
        or afterwards(judge, gradient)
        or on_a_wrong_forward(judge, gradient)
        or not_attached(judge, gradient)
        or in_order(judge, gradient)
        or _predicted(judge, gradient)
        or unfit(judge, gradient)
        or elsewhere(judge, gradient)
    )


def with_diagnosis(gradient: GradientReport, found: Diagnosis | None) -> GradientReport:
    """The report on a gradient; its line is the one to mend, which may be another's."""
    line = gradient.line
    if found is not None and found.mistake in ELSEWHERE:
        line = found.evidence.get("alias_line") or found.evidence["line"] or line
    return replace(gradient, diagnosis=found, line=line)


def _predicted(judge: Judge, gradient: GradientReport) -> Diagnosis | None:
    """The first known mistake that gives these numbers; the others that do are named too."""
    name, own = gradient.name, judge.own[gradient.name]
    unfit = [c.unfit for c in judge.comparisons[name] if c is not None and c.unfit is not None]
    if any(what.mistake in ("wrong-dtype", "no-plain-number") for what in unfit):
        return None  # rounded to integers, say: its numbers tell nothing
    if not own.known:
        pairs = [*_cases(judge, name, judge.findings.runs_of(name)), *_chain_cases(judge, name)]
    else:
        runs = judge.findings.runs_of(name)
        if own.wrong_in is not None and own.wrong_in is not runs[0] and len(runs) > 1:
            return elsewhere(judge, gradient)
        pairs = [*_cases(judge, name, runs), *_cases(judge, name, judge.findings.runs_beside(name))]
    # Where the line is right when it is run alone, what it gave says nothing of a mistake.
    pairs = [cases for cases in pairs if not all(case.right for case in cases)]
    fits: list[tuple[str, dict[str, Any]]] = []
    for cases in pairs:
        for mistake in OF_VALUES if name in judge.exercise.values else PREDICTED:
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
        found.append(evidence)
    first: dict[str, Any] = found[0]
    if len(found) > 1 and hasattr(module, "agree"):
        agreed: dict[str, Any] | None = module.agree(found[0], found[1])
        return agreed
    return first


def _cases(judge: Judge, name: str, runs: tuple[LineRun, ...]) -> Iterator[tuple[Case, ...]]:
    """The line runs, for each cut that the line may start from, the chunk's own first.

    One that was seen to move with stand-ins is no closed form, which starts from nothing.
    """
    near, cut = nearest(judge.exercise, name), judge.findings.cut_of(name)
    cuts = dict.fromkeys((near, cut or NOTHING))
    for cut in cuts:
        cases = [
            Case(run.scene, name, cut, result, judge.submission)
            for run in runs
            if (result := run.result(name)) is not None and result.dtype is torch.float64
        ]
        if cases and runs[0].result(name) is not None:
            yield tuple(cases)


def _chain_cases(judge: Judge, name: str) -> Iterator[tuple[Case, ...]]:
    """Where lines cannot be judged alone: the function as written, against the true gradient."""
    cases = []
    for result in (judge.results[1], *(r for r in judge.results if r.trial.label == OTHER_SIZES)):
        given = result.given.get(name)
        if given is not None and given.dtype is result.reference.gradients[name].dtype:
            trial = result.trial
            values = {**trial.inputs, **trial.values()}
            scene = Scene(trial, values, result.reference.gradients)
            cases.append(Case(scene, name, NOTHING, given, judge.submission))
    if cases:
        yield tuple(cases)
