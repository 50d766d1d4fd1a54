"""Random expressions in numbers, as programs that run on tensors and on anything like numbers.

A program is a row of steps (operation, left, right): what OPERATIONS[operation] makes of two
values so far, the leaves first. The last value is the result. Values are reused at random, and
with themselves (x + x); where an operation is not defined, or steep, it is not drawn. The first
few are chains, longer than the others, which end with steps of -1: programs that are over.
"""

from collections.abc import Callable
from typing import Any

# What stands in an expression, and where it may: elsewhere it has no value, or a steep one.
DOMAINS = {
    "x + y": None,
    "x * y": None,
    "x / y": "abs(y) > 0.3",
    "x - y": None,
    "x**2": None,
    "x**3": None,
    "x**-1": "abs(x) > 0.3",
    "x**0.5": "x > 0.1",
    "x.exp()": "x < 2",
    "x.log()": "x > 0.2",
    "x.tanh()": "abs(x) < 2",
    "x.relu()": "abs(x) > 0.01",
    "-x": None,
    "x + 1": None,
    "3 + x": None,
    "x - 2": None,
    "1 - x": None,
    "x * -3": None,
    "2 * x": None,
    "x / 4": None,
    "1 / x": "abs(x) > 0.3",
}
OPERATIONS = tuple(DOMAINS)
# By the method that Python calls: the derivative in each operand, from x, y and the result, out.
DERIVATIVES = {
    "__add__": ("1", "1"),
    "__radd__": ("1", "1"),
    "__mul__": ("y", "x"),
    "__rmul__": ("y", "x"),
    "__sub__": ("1", "-1"),
    "__rsub__": ("-1", "1"),
    "__truediv__": ("1 / y", "-x / y**2"),
    "__rtruediv__": ("-y / x**2", "1 / x"),
    "__pow__": ("y * x ** (y - 1)", "0"),
    "__neg__": ("-1",),
    "exp": ("out",),
    "log": ("1 / x",),
    "tanh": ("1 - out**2",),
    "relu": ("float(x > 0)",),
}
BINARY = 4  # times as often as the others, for these make values meet
BENT = 3  # for what is wrong of relu may be so near its corner only
DRAWN = [
    at
    for at, text in enumerate(OPERATIONS)
    for _ in range(BINARY if "y" in text else BENT if "relu" in text else 1)
]
LARGEST = 8.0  # no value is larger,
STEEPEST = 300.0  # and no derivative of the result in a leaf
TRIES = 6  # to find a step that is defined
CHAINS, LONGER = 4, 2  # how many chains, and how many times as long as the others
OVER = -1


def _function(text: str) -> Callable[[Any, Any], Any]:
    function: Callable[[Any, Any], Any] = eval(f"lambda x, y: {text}")
    return function


FUNCTIONS = tuple(map(_function, OPERATIONS))
ALLOWED = tuple(text and _function(text) for text in DOMAINS.values())


def draw(graphs: int, leaves: int, steps: int, generator: Any) -> tuple[Any, Any]:
    """(programs, leaves): int64 (graphs, LONGER * steps, 3) and float32 (graphs, leaves), from
    -2 to 2."""
    import torch

    chains, starts = _fitting(CHAINS, leaves, LONGER * steps, generator, chained=True)
    others, others_start = _fitting(graphs - CHAINS, leaves, steps, generator, chained=False)
    over = torch.full((len(others), (LONGER - 1) * steps, 3), OVER)
    programs = torch.cat([chains, torch.cat([others, over], 1)])
    return programs, torch.cat([starts, others_start])


def _fitting(graphs: int, leaves: int, steps: int, generator: Any, chained: bool) -> Any:
    """Programs whose result depends on more than one leaf, those of chains on the deepest, and
    steeply on none."""
    import torch

    fitting: list[tuple[Any, Any]] = []
    while sum(len(programs) for programs, _ in fitting) < graphs:
        programs, starts = _draw(2 * graphs, leaves, steps, generator, chained)
        found = gradients(programs, starts.double()).abs()
        counts = found > 1 / STEEPEST
        fit = (counts[:, -1] if chained else counts.sum(1) > 1) & (found.amax(1) < STEEPEST)
        fitting.append((programs[fit], starts[fit]))
    programs, starts = map(torch.cat, zip(*fitting, strict=True))
    return programs[:graphs], starts[:graphs]


def _draw(graphs: int, leaves: int, steps: int, generator: Any, chained: bool) -> tuple[Any, Any]:
    """A chain starts from the last leaf, which it reads no more: each step reads the one before,
    so that there is one way from the result to that leaf, through every step."""
    import torch

    def integers(below: int) -> Any:
        return torch.randint(0, below, (graphs * TRIES,), generator=generator)

    values = 4 * torch.rand(graphs, leaves, generator=generator) - 2
    starts, programs = values, []
    for _ in range(steps):
        there = values.shape[1]
        recent = torch.rand(graphs * TRIES, generator=generator) < (1 if chained else 0.6)
        left = torch.where(recent, there - 1, integers(there))
        operation = torch.tensor(DRAWN)[integers(len(DRAWN))]
        right = integers(leaves - 1 if chained else there)
        tried = torch.stack([operation, left, right], 1)
        made, valid = _tried(tried, values.repeat_interleave(TRIES, 0))
        first = valid.view(graphs, TRIES).int().argmax(1) + TRIES * torch.arange(graphs)
        # Where none of them will do: minus the one before, which always does.
        fallback = torch.tensor([OPERATIONS.index("-x"), there - 1, 0])
        programs.append(torch.where(valid[first, None], tried[first], fallback))
        result = torch.where(valid[first], made[first], -values[:, -1])
        values = torch.cat([values, result[:, None]], 1)
    return torch.stack(programs, 1), starts


def _tried(steps: Any, values: Any) -> tuple[Any, Any]:
    """What each step makes of the values so far, and whether it may be taken."""
    import torch

    made = step(steps, values)
    allowed = torch.ones(len(OPERATIONS), len(steps), dtype=torch.bool)
    rows = torch.arange(len(steps))
    x, y = values[rows, steps[:, 1]], values[rows, steps[:, 2]]
    for number, where in enumerate(ALLOWED):
        if where:
            allowed[number] = where(x, y)
    return made, allowed[steps[:, 0], rows] & (made.abs() < LARGEST)


def step(steps: Any, values: Any) -> Any:
    """One step of every program, (graphs, 3), on the values so far, (graphs, values)."""
    import torch

    # Those that do the same stand together meanwhile: one call for each operation.
    order = steps[:, 0].argsort()
    counts = steps[:, 0].bincount(minlength=len(FUNCTIONS)).tolist()
    xs, ys = (values[order, steps[order, operand]].split(counts) for operand in (1, 2))
    made = [do(x, y) for do, x, y in zip(FUNCTIONS, xs, ys, strict=True) if len(x)]
    return torch.cat(made)[order.argsort()]


def results(programs: Any, leaves: Any) -> Any:
    """(graphs,)."""
    import torch

    lengths = (programs[..., 0] != OVER).sum(1)
    found = leaves.new_empty(len(leaves))
    for length in lengths.unique():
        rows = (lengths == length).nonzero()[:, 0]
        values = leaves[rows]
        for steps in programs[rows, :length].unbind(1):
            values = torch.cat([values, step(steps, values)[:, None]], 1)
        found = found.index_put((rows,), values[:, -1])
    return found


def gradients(programs: Any, leaves: Any) -> Any:
    """torch's derivative of each result in each leaf: (graphs, leaves)."""
    import torch

    with torch.enable_grad():
        start = leaves.detach().clone().requires_grad_()
        (gradient,) = torch.autograd.grad(results(programs, start).sum(), start)
    return gradient
