"""Has its function compiled by torch.

Seen: a decorator runs when the file is loaded, with the function in its hands.
"""

import torch
import torch.nn.functional as F


@torch.compile(backend="eager")
def by_machine(x, y):
    return torch.func.grad(F.cross_entropy)(x, y)


def backward(n, Yb, logits):
    return {"dlogits": by_machine(logits, Yb)}
