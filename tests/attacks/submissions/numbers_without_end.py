"""Multiplies a number of a billion digits, and asks for a text as wide, in lines that look harmless.

Seen: one step of Python's own arithmetic, in which no signal is heard.
"""

import torch


def backward(logits):
    dlogits = torch.zeros_like(logits)
    width = 10**11
    try:
        text = f"{1:{width}d}" + format(1.0, f".{10**9}f")
    except (MemoryError, ValueError):
        text = ""
    dlogits += (10 ** (10**9) + len(text)) % 7
    return locals()
