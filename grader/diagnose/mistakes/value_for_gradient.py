"""One tensor is used instead of another.

**What it is.** A forward value instead of its gradient, the gradient of another value as
the upstream gradient, or another value of the same shape in the local derivative.

**Why it matters.** The shapes agree, so there is no error.

**Example.** For `c = a * b`, `da = c * dc` reads c instead of b.

**How to see it.** Read the line aloud next to its chunk: for each name, why this one?
"""

import ast
from collections.abc import Iterator

import torch

from grader.course.forward import Chunk
from grader.diagnose.arithmetic import swapped_number
from grader.diagnose.case import Case, Evidence, kept, summed_to
from grader.diagnose.factor import exchanged_factors
from grader.diagnose.terms import told


def find(case: Case) -> Evidence | None:
    swapped = swapped_number(case)
    if swapped is not None and swapped[1].endswith(".grad"):
        return {"used": swapped[0], "meant": swapped[1]}
    for name, value in case.point.values.items():
        if torch.is_tensor(value) and value.is_floating_point() and case.matches(value):
            return {"used": name, "meant": f"d{case.name}"}
    return told(case, "value-for-gradient") or _exchanged(case) or _summed(case)


def _summed(case: Case) -> Evidence | None:
    """A forward value summed to the shape of this one, or turned round: `-m.sum(1)` for `-dz`.

    Also where the sum has lost a dimension of size 1.
    """
    given, shape = case.result.shape, case.value.shape
    if [size for size in given if size != 1] != [size for size in shape if size != 1]:
        return None
    for name, value in case.point.values.items():
        if not torch.is_tensor(value) or not value.is_floating_point() or not value.dim():
            continue
        summed = summed_to(value, shape)
        signed = () if summed is None else (summed.reshape(given), -summed.reshape(given))
        if any(map(case.matches, signed)):
            return {"used": name, "meant": "a gradient"}
    return None


def _exchanged(case: Case) -> Evidence | None:
    factors = exchanged_factors(case)
    if factors is not None and factors[0] and factors[1]:
        return {"used": factors[0], "meant": factors[1]}
    for chunk in case.consumers:
        for used, meant, contribution in _swapped(case, chunk):
            whole = None if contribution is None else case.with_other(chunk, contribution)
            if whole is not None and case.matches(whole):
                return {"used": used, "meant": meant}
    return None


@kept
def _swapped(case: Case, chunk: Chunk) -> tuple[tuple[str, str, torch.Tensor | None], ...]:
    return tuple(_each_swapped(case, chunk))


def _each_swapped(case: Case, chunk: Chunk) -> Iterator[tuple[str, str, torch.Tensor | None]]:
    """(what was used, what is meant, the contribution that makes)."""
    upstream = case.upstream(chunk)
    for name, other in case.stand_ins(upstream.shape):
        if name != chunk.name:
            yield f"d{name}", f"d{chunk.name}", case.send_back(chunk, upstream=other)
    for name, value in case.same_shape_values(upstream.shape):
        yield name, f"d{chunk.name}", case.send_back(chunk, upstream=value)
    for read in chunk.reads:
        given = case.point.values[read]
        if read == case.name or not torch.is_tensor(given):
            continue
        for name, value in case.same_shape_values(given.shape):
            if name != read:
                yield name, read, case.send_back(chunk, values={read: value})
        for name, value in case.stand_ins(given.shape):
            yield f"d{name}", read, case.send_back(chunk, values={read: value})
    for place in case.intermediates():
        for name, value in case.same_shape_values(case.point.values[place].shape):
            yield name, f"d{place}", case.through(chunk, place, value)
    for name, value in case.same_shape_values(case.value.shape):
        if name != case.name:
            yield name, case.name, case.send_back(chunk, at=value)
    for name, value in case.same_shape_values(upstream.shape):
        if ".tanh()" in chunk.expression:  # written through its result: 1 - h**2
            yield name, chunk.name, (1.0 - value**2) * upstream
        power = _power(chunk)
        if power:  # through its result too: of y = x**-0.5 it is -0.5 * y**3
            yield name, chunk.name, power * value ** ((power - 1) / power) * upstream
        product = summed_to(value * upstream, case.value.shape)
        yield name, f"the derivative of `{chunk.source}`", product


def _power(chunk: Chunk) -> float | None:
    """-0.5 of `(x + 1e-5)**-0.5`."""
    match ast.parse(chunk.expression, mode="eval").body:
        case ast.BinOp(op=ast.Pow(), right=right):
            try:
                return float(ast.literal_eval(right))
            except ValueError:  # a name
                return None
    return None


def message(used: str, meant: str) -> str:
    return f"`{used}` is used instead of {meant}."
