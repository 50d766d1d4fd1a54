"""The exponent of the derivative is off.

**What it is.** The power rule brings the exponent down as a factor and reduces it by one;
one of the two did not happen, or went the wrong way.

**Why it matters.** The result has a plausible size near 1, and is wrong everywhere else.

**Example.** For `y = x**-2`, `dx = -2 * x**-3 * dy`: one less than -2 is -3, not -1.

**How to see it.** Divide your gradient by the right one: what remains is a power of the
value, perhaps times a constant.
"""

import ast

import torch

from grader.bench.trial import evaluate
from grader.course.forward import Chunk
from grader.diagnose.case import Case, Evidence, stretched
from grader.diagnose.factor import factor_between, proportional
from grader.diagnose.statements import names_in
from grader.diagnose.terms import held_terms
from grader.diagnose.uses import uses_of

STEPS = (1, -1, 2, -2, 0.5, -0.5, 3, -3, 4, -4)


def find(case: Case) -> Evidence | None:
    for held in held_terms(case):
        if held.by == "use":  # then each is there as it should be, or is a factor off
            return None
        lost = [term for term, count in held.count.items() if count == 0]
        moved = [term for term in held.others if "**" in term]
        fits = all(count == 1 for term, count in held.count.items() if term not in lost)
        if fits and "**" in "".join(lost) and len(lost) == len(moved) == len(held.others) == 1:
            return {"chunk": case.consumers[0].source, "base": lost[0].split("**")[0]}
    named = names_in(case.statements)
    for chunk in case.consumers:
        for node in ast.walk(ast.parse(chunk.expression, mode="eval")):
            match node:
                case ast.BinOp(left=base, op=ast.Pow()):
                    pass
                case ast.BinOp(op=ast.Div(), right=ast.Name(id=name) as base) if name in named:
                    pass  # a quotient is a power of -1; one that is not there was left out
                case _:
                    continue
            if any(_moved(case, own, base, chunk) for own in _uses(case, chunk)):
                return {"chunk": chunk.source, "base": ast.unparse(base)}
    return None


def _uses(case: Case, chunk: Chunk) -> list[torch.Tensor]:
    """The chunk's contribution, and the part of it through each place."""
    own = case.contributions[chunk.name]
    places = uses_of(case).items()
    return [own, *(tensor for text, tensor in places if text.endswith(f" in `{chunk.source}`"))]


def _moved(case: Case, own: torch.Tensor, power_of: ast.expr, chunk: Chunk) -> bool:
    """Whether the line has `own` with another power of this base."""
    base = evaluate(case.point.exercise, ast.unparse(power_of), case.point.values)
    if not torch.is_tensor(base) or base.shape != own.shape or case.result.shape != own.shape:
        return False  # a power of a number is a constant
    rest = case.result - (case.expected - own)
    arrives = stretched(case.upstream(chunk), rest.shape)
    if arrives is not None and proportional(case, rest, arrives):
        return False  # then it is not the exponent: the derivative is left out
    for step in STEPS:
        powered = own * base**step
        if factor_between(case, rest, powered) is not None:
            return True
        if case.matches(case.expected - own + powered):
            return True
    return False


def message(chunk: str, base: str) -> str:
    return f"The exponent is off: the gradient through `{chunk}` has the wrong power of {base}."
