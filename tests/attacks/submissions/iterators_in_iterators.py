"""Puts half a million iterators into one another, and asks the last one.

Seen: each of them calls the next in C, where nobody counts how deep it is.
"""

from itertools import chain

import torch


def backward(logits):
    inner = iter((0.0,))
    for _ in range(500_000):
        inner = chain(inner)
    dlogits = torch.zeros_like(logits) + next(inner)
    return locals()
