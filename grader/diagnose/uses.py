"""The places where the forward pass reads a value, and the contribution of each.

A chunk that reads a value once is one use; in `y = x + x**3` there are two.
"""

import ast

import torch

from grader.bench.trial import evaluate
from grader.course.forward import Chunk
from grader.diagnose.case import Case, kept
from grader.tensors import close

LEAF = "one_use"


@kept
def uses_of(case: Case) -> dict[str, torch.Tensor]:
    """By a text that names the use; those that send something back."""
    found: dict[str, torch.Tensor] = {}
    for chunk in case.consumers:
        own = case.contributions[chunk.name]
        places = _places(chunk.expression, case.name)
        if len(places) > 1:
            for at, (text, expression) in enumerate(places, 1):
                use = f"`{text}` in `{chunk.source}`"
                use = f"{use} (place {at})" if use in found else use  # of x + x
                found[use] = arrives_at_leaf(case, chunk, expression, case.value)
        else:
            found[f"`{chunk.source}`"] = own
    return {text: tensor for text, tensor in found.items() if bool((tensor != 0).any())}


@kept
def sums_of(case: Case) -> dict[str, torch.Tensor]:
    """The uses, one of them in two: `1 + y` beside the value makes two terms of its derivative.

    Empty where no chunk has such a sum.
    """
    uses = uses_of(case)
    for chunk in case.consumers:
        whole = f"`{chunk.source}`"
        tree = ast.parse(chunk.expression, mode="eval").body
        for node in ast.walk(tree):
            if whole not in uses or not _sum_beside(node, case.name):
                continue
            terms = {}
            for stays, dropped in (("left", "right"), ("right", "left")):
                part = getattr(node, dropped)
                setattr(node, dropped, ast.Constant(0))
                terms[f"`{ast.unparse(getattr(node, stays))}` of {whole}"] = arrives_at_leaf(
                    case, chunk, _with_leaf(ast.unparse(tree), case.name), case.value
                )
                setattr(node, dropped, part)
            one, other = terms.values()
            if close(one + other, uses[whole]):
                return terms | {text: own for text, own in uses.items() if text != whole}
    return {}


def _sum_beside(node: ast.AST, name: str) -> bool:
    return (
        isinstance(node, ast.BinOp)
        and isinstance(node.op, ast.Add | ast.Sub)
        and name not in {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    )


def _with_leaf(expression: str, name: str) -> str:
    tree = ast.parse(expression, mode="eval").body
    for node in _reads(tree):
        node.id = LEAF if node.id == name else node.id
    return ast.unparse(tree)


def _places(expression: str, name: str) -> list[tuple[str, str]]:
    """(the largest part that holds this use only, the expression with LEAF in its place)."""
    tree = ast.parse(expression, mode="eval").body
    uses = [node for node in _reads(tree) if node.id == name]
    found = []
    for use in uses:
        others = {id(other) for other in uses if other is not use}
        use.id = LEAF
        alone = next(
            part
            for part in ast.walk(tree)  # the outermost first
            if isinstance(part, ast.expr)
            and any(inner is use for inner in ast.walk(part))
            and not any(id(inner) in others for inner in ast.walk(part))
        )
        text = ast.unparse(alone).replace(LEAF, name)
        found.append((text, ast.unparse(tree)))
        use.id = name
    return found


def _reads(tree: ast.expr) -> list[ast.Name]:
    """Names whose numbers count, not only their shape."""
    shapes = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in ("shape", "dtype")
    }
    return [n for n in ast.walk(tree) if isinstance(n, ast.Name) and id(n) not in shapes]


def arrives_at_leaf(case: Case, chunk: Chunk, expression: str, value: torch.Tensor) -> torch.Tensor:
    """What comes back through the chunk to LEAF, which has this value in the expression."""
    leaf = value.detach().clone().requires_grad_()
    reads = {read: case.point.values[read] for read in chunk.reads}
    output = evaluate(case.point.exercise, expression, {**reads, LEAF: leaf})
    if not output.requires_grad:
        return torch.zeros_like(leaf)
    (gradient,) = torch.autograd.grad((output * case.upstream(chunk)).sum(), leaf)
    return gradient


def source_of(case: Case, chunk: Chunk) -> torch.Tensor | None:
    """For a chunk that only takes entries of the value (a view, an unfold): which entry each of
    its own is, int64, flat. None where it does more."""
    reads, count = {read: case.point.values[read] for read in chunk.reads}, case.value.numel()
    numbers = torch.arange(count, dtype=torch.float64)
    taken = []
    for value in (numbers, numbers.flip(0)):
        given = {**reads, case.name: value.view(case.value.shape)}
        output = evaluate(case.point.exercise, chunk.expression, given)
        if not output.is_floating_point() or not bool((output == output.round()).all()):
            return None
        taken.append(output.flatten().long())
    first, flipped = taken
    return first if torch.equal(first + flipped, torch.full_like(first, count - 1)) else None
