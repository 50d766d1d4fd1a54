"""Mutants of a worked answer: one change, which is a mistake or, where nothing differs, a rewrite.

Proposing is cheap. What a change comes to is found out by running it, so a sample is drawn before
anything is built.
"""

import itertools
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache

from grader.course.exercise import load_exercise
from tests.corpus import Form, right_forms, wrong_forms

from .change import Change
from .changes import changes_of
from .oracles import oracle_of
from .syntax import Edit, edited, worked_answer


@dataclass(frozen=True)
class Mutant:
    exercise: str
    operator: str
    name: str  # "flip-sign counts:21.4"
    source: str
    gradient: str  # whose line was changed
    line: int  # of the statement that was changed, in `source`
    mistakes: frozenset[str]  # the ids that name the mistake rightly
    edits: tuple[Edit, ...]  # of the worked answer
    right: bool = False  # a rewrite: it must pass
    raises: bool = False  # the changed line raises by itself: torch's own words are shown
    also: frozenset[str] = frozenset()  # other gradients that may be named instead
    shared: frozenset[str] = frozenset()  # other gradients that the changed line makes

    @property
    def named(self) -> frozenset[str]:
        return frozenset({self.gradient}) | self.also | self.shared

    @property
    def shown(self) -> str:
        """The changed line."""
        return self.source.split("\n")[self.line - 1].strip()


@cache
def proposed(exercise: str) -> tuple[Change, ...]:
    """Every change once; where two come to the same text, either's ids name it rightly."""
    answer = worked_answer(load_exercise(exercise))
    by_source: dict[str, Change] = {}
    for change in changes_of(answer):
        source = edited(answer.source, change.edits)
        first = by_source.setdefault(source, change)
        by_source[source] = replace(first, mistakes=first.mistakes | change.mistakes)
    return tuple(by_source.values())


@cache
def built(exercise: str, change: Change) -> Mutant:
    """Raises ValueError for a rewrite that the oracle finds to be none."""
    answer = worked_answer(load_exercise(exercise))
    source = edited(answer.source, change.edits)
    effect = oracle_of(exercise).effect(source, change.gradient)
    if change.rewrite and not effect.harmless:
        raise ValueError(f"{exercise}: {change.operator} is not a rewrite:\n{source}")
    at = change.edits[0].start
    column = at - answer.source.rfind("\n", 0, at) - 1
    gradient = effect.wrong or change.gradient
    return Mutant(
        exercise=exercise,
        operator=change.operator,
        name=f"{change.operator} {change.gradient or gradient}:{answer.line_of(at)}.{column}",
        source=source,
        gradient=gradient or answer.exercise.gradients[-1],
        line=change.line,
        mistakes=change.mistakes | effect.mistakes,
        edits=change.edits,
        right=effect.harmless,
        raises=effect.raises,
        also=effect.also,
        shared=effect.shared,
    )


def sample(changes: Iterable[Change], count: int, seed: str) -> list[Change]:
    """`count` of them, drawn by a seed: of each operator before a second of any."""
    drawn = list(changes)
    random.Random(seed).shuffle(drawn)
    taken: dict[str, int] = {}
    turns = []
    for change in drawn:
        taken[change.operator] = taken.get(change.operator, 0) + 1
        turns.append(taken[change.operator])
    order = sorted(range(len(drawn)), key=lambda at: turns[at])
    return [drawn[at] for at in sorted(order[:count])]


def combined(changes: Sequence[Change], operator: str) -> Change:
    """Several changes of different texts as one; which gradients they are of is not said."""
    ordered = sorted(changes, key=lambda change: change.line)
    edits = tuple(edit for change in ordered for edit in change.edits)
    return Change(operator, "", ordered[0].line, edits, ordered[0].mistakes)


def apart(changes: Iterable[Change]) -> bool:
    """Whether no two of them change the same text."""
    edits = sorted((edit for one in changes for edit in one.edits), key=lambda edit: edit.start)
    return all(one.end <= other.start for one, other in itertools.pairwise(edits))


def bundles(exercise: str, mixed: bool = False) -> list[Change]:
    """The rewrites of each kind together, at most one for a gradient: a tenth as many files.

    `mixed`: rewrites of any kind, in as few files as there can be.
    """
    found: list[list[Change]] = []
    for change in (change for change in proposed(exercise) if change.rewrite):
        for bundle in found:
            gradients = {other.gradient for other in bundle} - {""}
            same = mixed or bundle[0].operator == change.operator
            if same and change.gradient not in gradients and apart([*bundle, change]):
                bundle.append(change)
                break
        else:
            found.append([change])
    operators = ("rewrite: several" if mixed else bundle[0].operator for bundle in found)
    return [*map(combined, found, operators)]


def several_at_once(exercise: str, together: int, count: int, seed: int = 0) -> list[Mutant]:
    """`count` combinations of single mistakes, none of which raises by itself: a seeded sample.

    Of no exercise that asks for fewer gradients.
    """
    if len(load_exercise(exercise).gradients) < together:
        return []
    draw = random.Random(f"{exercise} {together} {seed}")
    changes = [change for change in proposed(exercise) if not change.rewrite]
    found: list[Mutant] = []
    for _ in range(20 * count):
        chosen = draw.sample(changes, together)
        if not apart(chosen):
            continue
        singles = [built(exercise, change) for change in chosen]
        if any(single.right or single.raises or single.also for single in singles):
            continue
        if len({single.gradient for single in singles}) == together:
            found.append(_all_of(exercise, chosen, singles))
        if len(found) == count:
            break
    return found


def _all_of(exercise: str, changes: Sequence[Change], singles: Sequence[Mutant]) -> Mutant:
    whole = combined(changes, f"{len(changes)} at once")
    ordered = sorted(singles, key=lambda single: single.line)
    return replace(
        ordered[0],
        operator=whole.operator,
        name=" + ".join(single.name for single in ordered),
        source=edited(worked_answer(load_exercise(exercise)).source, whole.edits),
        edits=whole.edits,
        also=frozenset(single.gradient for single in ordered[1:]),
    )


def every_mutant(exercises: Iterable[str], bundled: bool = False) -> list[Mutant]:
    """Mistakes and rewrites, those of tests/corpus too; `bundled`: rewrites of a kind together."""
    found = []
    for name in exercises:
        changes = [change for change in proposed(name) if not (bundled and change.rewrite)]
        found += [built(name, change) for change in (*changes, *(bundles(name) * bundled))]
        found += [
            _written(form) for form in (*right_forms(), *wrong_forms()) if form.exercise == name
        ]
    return found


def _written(form: Form) -> Mutant:
    first = load_exercise(form.exercise).gradients[0]
    return Mutant(
        exercise=form.exercise,
        operator=f"written: {form.mistake or form.verdict}" if form.gradient else "written: right",
        name=form.name,
        source=form.source,
        gradient=form.gradient or first,
        line=form.lines[0] if form.gradient else 1,
        mistakes=frozenset({form.mistake} if form.mistake else ()),
        edits=(),
        right=not form.gradient,
        raises=form.verdict == "errored",
        shared=frozenset(form.own) - {form.gradient},
    )
