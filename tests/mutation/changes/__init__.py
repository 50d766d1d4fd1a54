"""The changes that are proposed for a worked answer, before anything is run: by kind."""

from collections.abc import Iterator

from ..change import Change, Place
from ..syntax import WorkedAnswer
from .factors import factor_changes
from .layers import layer_changes
from .names import name_changes
from .rewrites import rewrites
from .terms import term_changes
from .values import value_changes
from .written import written_changes


def changes_of(answer: WorkedAnswer) -> Iterator[Change]:
    kinds = {"values": value_changes, "layers": layer_changes}
    yield from kinds.get(answer.exercise.kind.name, _function_changes)(answer)


def _function_changes(answer: WorkedAnswer) -> Iterator[Change]:
    for statement in answer.statements:
        place = Place(answer, statement)
        for operator in (term_changes, factor_changes, name_changes, written_changes):
            yield from operator(place)
    yield from rewrites(answer)
