"""From a gradient that is not right to the mistake behind it, where one is recognised.

What was observed comes first (a shape, a NaN, a tensor changed afterwards). The rest are
predictions: each known mistake works out what it would have given, and is named only if
that is what the line gave, at the lecture's sizes and at others.
"""

import ast
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import torch

from grader.answer import Answer
from grader.judge import OTHER_SIZES, Judge
from grader.lines import NOTHING, LineRun
from grader.mistakes import CASE_OF, OF_VALUES, PREDICTED, diagnosis, module_of
from grader.mistakes.case import Case
from grader.report import Diagnosis, GradientReport
from grader.result import Result
from grader.vjp import Scene, nearest
from grader.wording import raised_sentence

# The line that shows is right; these mistakes sit in the line that changed it.
ELSEWHERE = ("missing-clone", "forward-value-changed")
# By what Ordering notes, the cause before what follows from it.
ORDER = {
    "unseeded": "not-started",
    "twice": "sent-twice",
    "early": "wrong-order",
    "never": "not-reached",
}


def diagnose(judge: Judge, gradient: GradientReport) -> Diagnosis | None:
    """None where all is well, or where no known mistake fits."""
    if gradient.verdict == "approximate" and not (gradient.own_exact or gradient.is_value):
        return diagnosis("rounding-only", {"maxdiff": gradient.maxdiff})
    if gradient.verdict not in ("wrong", "wrong_shape"):
        return None
    return (
        _memorised(judge, gradient)
        or _afterwards(judge, gradient)
        or _on_a_wrong_forward(judge, gradient)
        or _in_order(judge, gradient)
        or _predicted(judge, gradient)
        or _unfit(judge, gradient)
        or _elsewhere(judge, gradient)
    )


def with_diagnosis(gradient: GradientReport, found: Diagnosis | None) -> GradientReport:
    """The report on a gradient; its line is the one to mend, which may be another's."""
    line = gradient.line
    if found is not None and found.mistake in ELSEWHERE:
        line = found.evidence.get("alias_line") or found.evidence["line"] or line
    return replace(gradient, diagnosis=found, line=line)


def _unfit(judge: Judge, gradient: GradientReport) -> Diagnosis | None:
    """What was submitted is no gradient of this value, whatever its numbers."""
    for comparison in judge.comparisons[gradient.name][:2]:
        if comparison is not None and comparison.unfit is not None:
            return diagnosis(comparison.unfit.mistake, comparison.unfit.evidence)
    return None


def _afterwards(judge: Judge, gradient: GradientReport) -> Diagnosis | None:
    """The line itself is right: something was changed in place."""
    name, findings = gradient.name, judge.findings
    altered = {**findings.spoiled_at, **findings.altered_at}
    if judge.altered(name) or (judge.own[name].right and name in altered):
        line = altered.get(name)
        alias, alias_line = _writer(judge, line, but=name)
        evidence = {"value": name, "line": line, "alias": alias, "alias_line": alias_line}
        return diagnosis("missing-clone", evidence)
    values = list(findings.changed_at)
    spoiled = findings.restored is not None and not judge.own[name].right
    if values and (judge.own[name].right or (spoiled and _right_when_restored(judge, name))):
        reads = {read for chunk in judge.exercise.chunks_behind(name) for read in chunk.reads}
        value = next((value for value in values if value in reads), values[0])
        evidence = {"value": value, "line": findings.changed_at[value], "gradient": name}
        return diagnosis("forward-value-changed", evidence)
    return None


def _on_a_wrong_forward(judge: Judge, gradient: GradientReport) -> Diagnosis | None:
    """A layer's backward reads what its own forward kept, and that is not right."""
    exercise, name = judge.exercise, gradient.name
    layer, _, _ = exercise.place(name).partition(".")
    for value in exercise.rests_on.get(name, ()):
        if exercise.place(value).startswith(f"{layer}.") and not judge.own[value].right:
            return diagnosis("wrong-forward", {"value": value})
    return None


def _in_order(judge: Judge, gradient: GradientReport) -> Diagnosis | None:
    """What was seen when the learner's backward() ran over operations that are right."""
    scene, answer = judge.findings.asked[0]
    graphs = scene.trial.sizes.get("graphs")
    if graphs is None or gradient.name not in judge.exercise.values:
        return None
    if judge.own[gradient.name].right or not isinstance(answer, Answer):
        return None
    counts = {what: min(answer.sent.get(what, 0), graphs) for what in ORDER}
    what = max(counts, key=counts.__getitem__)  # of equal counts the cause comes first
    if not counts[what]:
        return None
    return diagnosis(ORDER[what], {"graphs": counts[what], "of": graphs})


def _right_when_restored(judge: Judge, name: str) -> bool:
    run = judge.findings.restored
    return run is not None and run.right(name, nearest(judge.exercise, name))


def _writer(judge: Judge, line: int | None, but: str) -> tuple[str | None, int | None]:
    """The gradient whose statement changed another one, and the line that made them one: the
    last before that at which it was set."""
    wanted = {"d" + name for name in judge.exercise.gradients if name != but}
    bound: dict[str, int] = {}
    writer = None
    for node in ast.walk(ast.parse(judge.submission.source)):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                before = line is not None and node.lineno < line
                if before and isinstance(target, ast.Name) and target.id in wanted:
                    bound[target.id] = max(bound.get(target.id, 0), node.lineno)
        if isinstance(node, ast.stmt) and line == node.end_lineno:
            names = [part.id for part in ast.walk(node) if isinstance(part, ast.Name)]
            writer = next((name for name in names if name in wanted), writer)
    return writer, bound.get(writer) if writer is not None else None


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
            return _elsewhere(judge, gradient)
        pairs = list(_cases(judge, name, runs))
    # Where the line is right when it is run alone, what it gave says nothing of a mistake.
    pairs = [cases for cases in pairs if not all(c.matches(c.expected) for c in cases)]
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
        given = _given(result, name)
        if given is not None and given.dtype is result.reference.gradients[name].dtype:
            trial = result.trial
            values = {**trial.inputs, **trial.values()}
            scene = Scene(trial, values, result.reference.gradients)
            cases.append(Case(scene, name, NOTHING, given, judge.submission))
    if cases:
        yield tuple(cases)


def _given(result: Result, name: str) -> Any:
    return result.answer.gradients.get(name) if isinstance(result.answer, Answer) else None


def _memorised(judge: Judge, gradient: GradientReport) -> Diagnosis | None:
    """The same numbers for other inputs, though the gradient is another one there."""
    shown, other = (_given(result, gradient.name) for result in judge.results[1:3])
    if not gradient.approximate or shown is None or other is None or shown.shape != other.shape:
        return None
    if not shown.abs().max() > 0 or not torch.equal(shown, other):
        return None
    if torch.allclose(shown, judge.results[2].reference.gradients[gradient.name]):
        return None
    return diagnosis("memorised-numbers", {"where": judge.results[2].trial.label})


def _elsewhere(judge: Judge, gradient: GradientReport) -> Diagnosis | None:
    """Right on the inputs that are shown, and not on others."""
    comparisons = judge.comparisons[gradient.name]
    if not all(c is not None and c.right for c in comparisons[:2]):
        return None
    for result, comparison in zip(judge.results[2:], comparisons[2:], strict=True):
        if comparison is not None and comparison.right:
            continue
        if result.trial.label != OTHER_SIZES:
            return diagnosis("memorised-numbers", {"where": result.trial.label})
        sizes = ", ".join(f"{size} {value}" for size, value in result.trial.sizes.items())
        raised = result.answer.raised if isinstance(result.answer, Answer) else None
        said = raised_sentence(raised) if comparison is None and raised is not None else None
        return diagnosis("hard-coded-size", {"sizes": sizes, "said": said})
    return None
