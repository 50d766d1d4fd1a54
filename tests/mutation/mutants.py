"""All mutants of an exercise: the worked answer with one mistake, and which mistake it is."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from grader.bench.trial import make_trial
from grader.course.exercise import Exercise

from .change import Change, Place
from .factors import factor_changes
from .oracle import Effect, Oracle
from .rewrites import rewrites
from .running import run_whole
from .syntax import Edit, WorkedAnswer, edited, worked_answer
from .terms import term_changes
from .values import value_changes
from .written import AS_A_WHOLE, Written, mistake
from .written_course import course_mistakes, course_rewrites
from .written_mistakes import written_mistakes
from .written_numbers import numbers_mistakes, numbers_rewrites
from .written_rewrites import written_rewrites


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
        also=frozenset({gradient} if spoiled and effect.changes_own else ()),
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
            "missing-clone": any(name.startswith("d") for name in effect.spoils),
            "wrong-shape": effect.misshapen,
            "keepdim-lost": effect.squeezed,
            "not-finite": effect.not_finite,
            "wrong-dtype": effect.dtype,
            "not-a-tensor": effect.no_tensor,
            "wrong-step": effect.measured == "nothing",
            "no-difference-quotient": effect.measured.startswith("far"),
        }.items()
        if fits
    )


def mechanical_rewrites(exercise: Exercise, oracle: Oracle) -> tuple[Mutant, ...]:
    """Raises ValueError for a rewrite that the oracle finds to be none."""
    answer = worked_answer(exercise)
    found = {
        mutant.source: mutant
        for mutant in (_mutant(answer, change, oracle) for change in rewrites(answer))
    }
    for mutant in found.values():
        if not mutant.right:
            raise ValueError(f"{mutant.name} is no rewrite:\n{mutant.source}")
    return tuple(found.values())


def written_mutants(exercise: Exercise, oracle: Oracle, seed: int) -> Iterator[Mutant]:
    """Raises ValueError for a mistake the oracle finds to be none, and for a wrong rewrite."""
    answer = worked_answer(exercise)
    mistakes = [*written_mistakes(), *course_mistakes(), *numbers_mistakes()]
    right_ones = [*written_rewrites(), *course_rewrites(), *numbers_rewrites()]
    given = [*mistakes, *right_ones, *memorised(exercise, oracle, seed)]
    for number, entry in enumerate(each for each in given if each.exercise == exercise.name):
        edits = entry.edits(answer)
        source = edited(answer.source, edits)
        right = not entry.gradient
        line_by_line = entry.label in AS_A_WHOLE or oracle.right(source)
        if (line_by_line and oracle.same_in_chain(source)) is not right:
            raise ValueError(f"{entry.label} is not what it says:\n{source}")
        yield Mutant(
            exercise=exercise.name,
            operator=entry.label.partition(":")[0] if right else entry.label,
            name=f"{entry.label} {entry.gradient} #{number}",
            source=source,
            gradient=entry.gradient,
            line=answer.line_of(edits[0].start),
            mistakes=entry.mistakes,
            edits=edits,
            right=right,
            also=entry.also,
        )


def memorised(exercise: Exercise, oracle: Oracle, seed: int) -> Iterator[Written]:
    """The numbers themselves, right for one seed: in float64, and as float32 prints them."""
    lines = {"b2": "dlogits.sum(0)", "bnbias": "dhpreact.sum(0, keepdim=True)"}
    trial = make_trial(exercise, oracle.data, "memorised", seed, exercise.sizes)
    right = run_whole(worked_answer(exercise).source, trial)
    for name, old in lines.items():
        if name not in exercise.gradients or old not in worked_answer(exercise).source:
            continue
        for numbers, names in (
            (right["d" + name], ("memorised-numbers",)),
            (right["d" + name].float(), ("memorised-numbers", "rounding-only")),
        ):
            text = f"torch.tensor({numbers.tolist()}, dtype={name}.dtype)"
            yield mistake(exercise.name, name, old, text, *names)
