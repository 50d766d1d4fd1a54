"""Files in which one line raises and others are wrong: of all at once the report has to tell."""

import ast
import random
from collections.abc import Iterable
from dataclasses import replace

from grader.course.exercise import load_exercise

from .grading import Outcome
from .mutants import Mutant, several_at_once
from .syntax import edited, worked_answer

RAISES = ("not_there + {}", "torch.zeros(3, 5, 7) @ ({})", "({}).no_such_method()")


def raising(exercise: str, wrong: int, count: int, seed: int = 0) -> list[Mutant]:
    """`count` files, each with so many wrong lines, and one of another gradient that raises."""
    answer, draw = worked_answer(load_exercise(exercise)), random.Random(f"{exercise} {seed}")
    found = []
    for mutant in several_at_once(exercise, wrong, count, seed):
        changed = {answer.line_of(edit.start) for edit in mutant.edits}
        one = draw.choice(
            [
                statement
                for statement in answer.statements
                if statement.gradient not in mutant.named
                and isinstance(statement.node, ast.Assign | ast.AugAssign)
                and not changed & {statement.node.lineno, statement.node.end_lineno}
            ]
        )
        assert isinstance(one.node, ast.Assign | ast.AugAssign)
        text = draw.choice(RAISES).format(answer.text(one.node.value))
        edits = (*mutant.edits, answer.replace(one.node.value, text))
        found.append(
            replace(
                mutant,
                operator=f"{wrong} wrong, one raises",
                name=f"{mutant.name} + raises {one.gradient}:{one.node.lineno}",
                source=edited(answer.source, edits),
                gradient=one.gradient,
                line=one.node.lineno,
                edits=edits,
                raises=True,
                also=mutant.also | {mutant.gradient},
            )
        )
    return found


def found_of(outcomes: Iterable[Outcome]) -> tuple[int, int, int]:
    """Of all own errors, how many are named; all of them; and how many others are accused."""
    pairs = [(one.mutant.named, one.own) for one in outcomes]
    return (
        sum(len(named & own) for named, own in pairs),
        sum(len(named) for named, _ in pairs),
        sum(len(own - named) for named, own in pairs),
    )
