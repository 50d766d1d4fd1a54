"""Runs its own functions under line tables that name no line, or one far beyond the file.

Seen: a grader that looked up the text of line 100,000 of a file of twenty, and failed.
"""

import torch


def moved(function, first, table):
    code = function.__code__.replace(co_firstlineno=first, co_linetable=table)
    function.__code__ = code
    return function


def raises(x):
    raise ValueError(x)


def differentiates(x):
    return x.requires_grad_()


def backward(n, logits, probs):
    tables = [b"", bytes([0xF8 | 7, 0x7F]), bytes([0xE8, 0x80]), raises.__code__.co_linetable]
    for at, first in enumerate((0, 10**6, 2**31 - 1, 1)):
        try:
            moved(differentiates, first, tables[at])(torch.zeros(2))
        except Exception:
            pass
    moved(raises, 2**31 - 1, b"")(probs)


backward = moved(backward, 10**6, backward.__code__.co_linetable)
