"""Several mistakes at once, on different gradients: a seeded sample of pairs and triples."""

import random
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from .mutants import Mutant
from .syntax import WorkedAnswer, edited


def combinations(
    answer: WorkedAnswer, mutants: Sequence[Mutant], together: int, count: int, seed: int = 0
) -> list[Mutant]:
    """`count` combinations of `together` single mistakes, none of which raises by itself."""
    singles = [mutant for mutant in mutants if not (mutant.right or mutant.raises or mutant.also)]
    draw = random.Random(f"{answer.exercise.name} {together} {seed}")
    found: list[Mutant] = []
    for _ in range(20 * count):
        chosen = draw.sample(singles, together)
        if len({mutant.gradient for mutant in chosen}) == together and not _overlap(chosen):
            found.append(_combined(answer, chosen))
        if len(found) == count:
            break
    return found


def bundles(answer: WorkedAnswer, mutants: Sequence[Mutant]) -> list[Mutant]:
    """The mechanical rewrites of one kind together, at most one for each gradient in a bundle."""
    found: list[list[Mutant]] = []
    for mutant in mutants:
        if not (mutant.right and mutant.operator.startswith("rewrite: ")):
            continue
        for bundle in found:
            apart = mutant.gradient not in {other.gradient for other in bundle}
            same = bundle[0].operator == mutant.operator
            if same and apart and not _overlap([*bundle, mutant]):
                bundle.append(mutant)
                break
        else:
            found.append([mutant])
    return [
        replace(_combined(answer, bundle), operator=bundle[0].operator, also=frozenset())
        for bundle in found
    ]


def _overlap(chosen: Sequence[Mutant]) -> bool:
    edits = sorted((edit for mutant in chosen for edit in mutant.edits), key=lambda e: e.start)
    return any(one.end > other.start for one, other in pairwise(edits))


def _combined(answer: WorkedAnswer, chosen: Sequence[Mutant]) -> Mutant:
    ordered = sorted(chosen, key=lambda mutant: mutant.line)
    edits = tuple(edit for mutant in ordered for edit in mutant.edits)
    return Mutant(
        exercise=answer.exercise.name,
        operator=f"{len(chosen)} at once",
        name=" + ".join(mutant.name for mutant in ordered),
        source=edited(answer.source, edits),
        gradient=ordered[0].gradient,
        line=ordered[0].line,
        mistakes=ordered[0].mistakes,
        edits=edits,
        right=all(mutant.right for mutant in ordered),
        also=frozenset(mutant.gradient for mutant in ordered[1:]),
    )
