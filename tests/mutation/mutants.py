"""All mutants of an exercise: the worked answer with one mistake, and which mistake it is."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from grader.exercise import Exercise
from grader.names import NameData

from .change import Change, Place
from .factors import factor_changes
from .oracle import Effect, Oracle
from .syntax import Edit, WorkedAnswer, edited, worked_answer
from .terms import term_changes
from .values import value_changes


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

    @property
    def named(self) -> frozenset[str]:
        return frozenset({self.gradient}) | self.also


def mechanical_mutants(exercise: Exercise, oracle: Oracle) -> tuple[Mutant, ...]:
    """Every change once, each marked as a mistake or as a rewrite by the oracle."""
    answer = worked_answer(exercise)
    by_source: dict[str, Mutant] = {}
    for change in changes(answer):
        mutant = _mutant(answer, change, oracle)
        first = by_source.setdefault(mutant.source, mutant)
        by_source[mutant.source] = replace(first, mistakes=first.mistakes | mutant.mistakes)
    return tuple(by_source.values())


def changes(answer: WorkedAnswer) -> Iterator[Change]:
    for statement in answer.statements:
        place = Place(answer, statement)
        for operator in (term_changes, factor_changes, value_changes):
            yield from operator(place)


def _mutant(answer: WorkedAnswer, change: Change, oracle: Oracle) -> Mutant:
    source = edited(answer.source, change.edits)
    gradient = change.statement.gradient
    effect = oracle.effect(gradient, source)
    at = change.edits[0].start
    column = at - answer.source.rfind("\n", 0, at) - 1
    spoiled = [name.removeprefix("d") for name in effect.spoils if answer.is_gradient(name)]
    return Mutant(
        exercise=answer.exercise.name,
        operator=change.operator,
        name=f"{change.operator} {gradient}:{answer.line_of(at)}.{column}",
        source=source,
        # Of an alias changed in place, the tensor that ends up wrong is the own error.
        gradient=spoiled[0] if spoiled else gradient,
        line=change.statement.node.lineno,
        mistakes=change.mistakes | also_right(effect),
        edits=change.edits,
        right=effect.harmless,
        raises=effect.raises,
    )


def also_right(effect: Effect) -> frozenset[str]:
    """The ids that name what came out, whatever was done to get there."""
    return frozenset(
        mistake
        for mistake, fits in {
            "wrong-shape": effect.misshapen,
            "keepdim-lost": effect.squeezed,
            "not-finite": effect.not_finite,
            "wrong-dtype": effect.dtype,
            "not-a-tensor": effect.no_tensor,
        }.items()
        if fits
    )


def oracle_for(exercise: Exercise, data: NameData) -> Oracle:
    return Oracle(exercise, data)
