"""Mistakes that are known from what happened, not from the numbers alone."""

import ast
from typing import Any

import torch

from grader.bench.bench import OTHER_SIZES
from grader.bench.point import nearest
from grader.diagnose.mistakes import diagnosis
from grader.judge.chain import ChainRun
from grader.judge.facts import Facts
from grader.judge.verdict import Verdict
from grader.protocol.messages import Answer, Raised
from grader.render.messages import raised_sentence
from grader.report import Diagnosis
from grader.syntax.slips import slips
from grader.syntax.targets import reads, writes

# By what Ordering notes, the cause before what follows from it.
ORDER = {
    "unseeded": "not-started",
    "twice": "sent-twice",
    "early": "wrong-order",
    "never": "not-reached",
}


def unfit(facts: Facts, gradient: Verdict) -> Diagnosis | None:
    """What was submitted is no gradient of this value, whatever its numbers."""
    for comparison in facts.comparisons[gradient.name][:2]:
        if comparison is not None and comparison.unfit is not None:
            is_value = gradient.row.is_value and comparison.unfit.mistake == "wrong-shape"
            evidence = comparison.unfit.evidence | ({"is_value": True} if is_value else {})
            return diagnosis(comparison.unfit.mistake, evidence)
    return None


def afterwards(facts: Facts, gradient: Verdict) -> Diagnosis | None:
    """The line itself is right: something was changed in place."""
    name, known = gradient.name, facts.dependencies
    altered = {**known.aliased_at, **known.altered_at}
    if facts.altered(name) or (facts.lines[name].right and name in altered):
        line = altered.get(name)
        alias, alias_line = _writer(facts, line, but=name)
        evidence = {"value": name, "line": line, "alias": alias, "alias_line": alias_line}
        return diagnosis("missing-clone", evidence)
    values = list(known.changed_at)
    spoiled = facts.restored_run is not None and not facts.lines[name].right
    if values and (facts.lines[name].right or (spoiled and _right_when_restored(facts, name))):
        reads = {read for chunk in facts.exercise.chunks_behind(name) for read in chunk.reads}
        value = next((value for value in values if value in reads), values[0])
        evidence = {"value": value, "line": known.changed_at[value], "gradient": name}
        return diagnosis("forward-value-changed", evidence)
    return None


def on_a_wrong_forward(facts: Facts, gradient: Verdict) -> Diagnosis | None:
    """A layer's backward reads what its own forward kept, and that is not right."""
    exercise, name = facts.exercise, gradient.name
    if not exercise.kind.reads_own_forward:
        return None
    layer, _, _ = exercise.place(name).partition(".")
    for value in exercise.depends_on.get(name, ()):
        if exercise.place(value).startswith(f"{layer}.") and not facts.lines[value].right:
            return diagnosis("wrong-forward", {"value": value})
    return None


def not_returned(facts: Facts, gradient: Verdict) -> Diagnosis | None:
    """A method that has lines in it, none of which writes what is asked for."""
    place = gradient.row.written_at
    if not facts.submission.holds_lines(place) or facts.submission.written_on(place) is not None:
        return None
    function, _, target = place.partition(":")
    return diagnosis("not-returned", {"function": function, "target": target}) if target else None


def d_left_out(facts: Facts, gradient: Verdict) -> Diagnosis | None:
    """A gradient written to the name of its value, or returned under it. What is assigned to a
    forward value and reads no gradient is that value, worked out once more."""
    submission, key = facts.submission, gradient.row.key
    if facts.exercise.kind.in_methods or gradient.row.is_value:
        return None
    keys = {row.key for row in facts.exercise.rows}
    for slip in slips(submission.tree, (), [gradient.name]):
        wrote = slip.how == "assigned" and slip.reads & keys and key not in submission.attempted
        if slip.how == "key" or wrote:
            evidence = {"key": key, "value": slip.value, "line": slip.line, "how": slip.how}
            return diagnosis("d-left-out", evidence)
    return None


def not_attached(facts: Facts, gradient: Verdict) -> Diagnosis | None:
    """A result that reads this, and has nothing that would send back."""
    _, answer = facts.dependencies.runs[0]
    for chunk in facts.exercise.forward_pass.consumers.get(gradient.name, ()):
        if isinstance(answer, Answer) and chunk.name in answer.idle:
            return diagnosis("not-attached", {"operation": chunk.expression})
    return None


def in_order(facts: Facts, gradient: Verdict) -> Diagnosis | None:
    """What was seen when the learner's backward() ran over operations that are right."""
    point, answer = facts.dependencies.runs[0]
    graphs = facts.exercise.ordered_graphs(point.values)
    if graphs is None or gradient.name not in facts.exercise.values:
        return None
    if facts.lines[gradient.name].right or not isinstance(answer, Answer):
        return None
    counts = {what: min(answer.sent.get(what, 0), graphs) for what in ORDER}
    what = max(counts, key=counts.__getitem__)  # of equal counts the cause comes first
    if not counts[what]:
        return None
    return diagnosis(ORDER[what], {"graphs": counts[what], "of": graphs})


def _right_when_restored(facts: Facts, name: str) -> bool:
    run = facts.restored_run
    return run is not None and run.right(name, nearest(facts.exercise, name))


def _writer(facts: Facts, line: int | None, but: str) -> tuple[str | None, int | None]:
    """The gradient whose statement, ending on this line, changed another one; and the line that
    last set it before: there the two became one tensor."""
    wanted = [row.key for row in facts.exercise.rows if row.name != but]
    writer = None
    for node in ast.walk(facts.submission.tree):
        if isinstance(node, ast.stmt) and node.end_lineno == line:
            names = [write.target.variable for write in writes(node)]
            read = reads(node)
            names += [key for key in wanted if key in read]
            writer = next((name for name in names if name in wanted), writer)
    written = facts.submission.gradients.get(writer or "")
    if written is None or line is None:
        return writer, None
    # `+=` leaves it the tensor that it was.
    bound = [write for write in written.writes if write.how == "assigned" and write.binds]
    return writer, max((write.line for write in bound if write.end_line < line), default=None)


def memorised(facts: Facts, gradient: Verdict) -> Diagnosis | None:
    """The same numbers for other inputs, though the gradient is another one there."""
    shown, other = (run.given.get(gradient.name) for run in (facts.decision, facts.other_seed))
    if (
        not gradient.shown.approximate
        or shown is None
        or other is None
        or shown.shape != other.shape
    ):
        return None
    if not shown.abs().max() > 0 or not torch.equal(shown, other):
        return None
    if torch.allclose(shown, facts.other_seed.reference.gradients[gradient.name]):
        return None
    return diagnosis("memorised-numbers", {"where": facts.other_seed.trial.label})


def input_bound(facts: Facts, gradient: Verdict) -> Diagnosis | None:
    """A line that raises for other inputs, and nothing else is wrong there."""
    bound = facts.input_bound
    if bound is None or bound.row != gradient.name:
        return None
    run = facts.chain[bound.run]
    raised = run.answer.raised if isinstance(run.answer, Answer) else None
    if run.trial.label != OTHER_SIZES:
        said = None if raised is None else raised_sentence(raised)
        evidence = {"where": run.trial.label, "said": said, "line": bound.line}
        return diagnosis("memorised-numbers", evidence)
    return diagnosis("hard-coded-size", _at_other_sizes(run, raised) | {"line": bound.line})


def elsewhere(facts: Facts, gradient: Verdict) -> Diagnosis | None:
    """Right on the inputs that are shown, and not on others."""
    comparisons = facts.comparisons[gradient.name]
    if not all(c is not None and c.right for c in comparisons[:2]):
        return None
    for result, comparison in zip(facts.chain[2:], comparisons[2:], strict=True):
        if comparison is not None and comparison.right:
            continue
        if result.trial.label != OTHER_SIZES:
            return diagnosis("memorised-numbers", {"where": result.trial.label})
        raised = result.answer.raised if isinstance(result.answer, Answer) else None
        evidence = _at_other_sizes(result, raised if comparison is None else None)
        return diagnosis("hard-coded-size", evidence)
    return None


def _at_other_sizes(run: ChainRun, raised: Raised | None) -> dict[str, Any]:
    sizes = ", ".join(f"{size} {value}" for size, value in run.trial.sizes.items())
    return {"sizes": sizes, "said": None if raised is None else raised_sentence(raised)}
