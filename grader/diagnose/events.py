"""Mistakes that are known from what happened, not from the numbers alone."""

import ast

import torch

from grader.diagnose.mistakes import diagnosis
from grader.judge.verdict import OTHER_SIZES, Judge
from grader.judge.vjp import nearest
from grader.kinds import LAYERS
from grader.process.answer import Answer
from grader.render.messages import raised_sentence
from grader.report import Diagnosis, GradientReport

# By what Ordering notes, the cause before what follows from it.
ORDER = {
    "unseeded": "not-started",
    "twice": "sent-twice",
    "early": "wrong-order",
    "never": "not-reached",
}


def unfit(judge: Judge, gradient: GradientReport) -> Diagnosis | None:
    """What was submitted is no gradient of this value, whatever its numbers."""
    for comparison in judge.comparisons[gradient.name][:2]:
        if comparison is not None and comparison.unfit is not None:
            is_value = gradient.is_value and comparison.unfit.mistake == "wrong-shape"
            evidence = comparison.unfit.evidence | ({"is_value": True} if is_value else {})
            return diagnosis(comparison.unfit.mistake, evidence)
    return None


def afterwards(judge: Judge, gradient: GradientReport) -> Diagnosis | None:
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


def on_a_wrong_forward(judge: Judge, gradient: GradientReport) -> Diagnosis | None:
    """A layer's backward reads what its own forward kept, and that is not right."""
    exercise, name = judge.exercise, gradient.name
    if exercise.kind is not LAYERS:  # an operation keeps its operands, which are handed to it
        return None
    layer, _, _ = exercise.place(name).partition(".")
    for value in exercise.rests_on.get(name, ()):
        if exercise.place(value).startswith(f"{layer}.") and not judge.own[value].right:
            return diagnosis("wrong-forward", {"value": value})
    return None


def not_returned(judge: Judge, gradient: GradientReport) -> Diagnosis | None:
    """A method that has lines in it, none of which writes what is asked for."""
    place = judge.exercise.place(gradient.name)
    if not judge.submission.holds_lines(place) or judge.submission.written_on(place) is not None:
        return None
    function, _, target = place.partition(":")
    return diagnosis("not-returned", {"function": function, "target": target}) if target else None


def not_attached(judge: Judge, gradient: GradientReport) -> Diagnosis | None:
    """A result that reads this, and has nothing that would send back."""
    _, answer = judge.findings.asked[0]
    for chunk in judge.exercise.forward_pass.consumers.get(gradient.name, ()):
        if isinstance(answer, Answer) and chunk.name in answer.idle:
            return diagnosis("not-attached", {"operation": chunk.expression})
    return None


def in_order(judge: Judge, gradient: GradientReport) -> Diagnosis | None:
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


def memorised(judge: Judge, gradient: GradientReport) -> Diagnosis | None:
    """The same numbers for other inputs, though the gradient is another one there."""
    shown, other = (result.given.get(gradient.name) for result in judge.results[1:3])
    if not gradient.approximate or shown is None or other is None or shown.shape != other.shape:
        return None
    if not shown.abs().max() > 0 or not torch.equal(shown, other):
        return None
    if torch.allclose(shown, judge.results[2].reference.gradients[gradient.name]):
        return None
    return diagnosis("memorised-numbers", {"where": judge.results[2].trial.label})


def elsewhere(judge: Judge, gradient: GradientReport) -> Diagnosis | None:
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
